"""The pattern language of codes: what a pattern means, how hard its codes are to guess, and codes drawn from it.

`#` is a digit, `@` a small letter, `^` a capital letter, `*` a letter or digit, `$` a capital letter or digit; everything
else stands for itself. A pattern without any of them is one code for everybody. Pure.
"""

import os
from collections.abc import Callable, Sequence
from functools import cache
from itertools import groupby
from math import log2
from string import ascii_lowercase, ascii_uppercase, digits

LETTERS = {
    "#": digits,
    "@": ascii_lowercase,
    "^": ascii_uppercase,
    "*": ascii_uppercase + ascii_lowercase + digits,
    "$": ascii_uppercase + digits,
}
MAX_LENGTH = 64
# As many as bulk generation asks for.
LEAST_VARIABLES = 4
# So hard to guess a code must be that is worth money: nobody finds one of a million by trying for years.
STRONG_BITS = 80
Random = Callable[[int], bytes]


def fault_of_code(code: str) -> str:
    """Why this cannot be a code, as the end of a sentence; empty if it can."""
    if not 0 < len(code) <= MAX_LENGTH:
        return f"must have 1 to {MAX_LENGTH} characters"
    if not all("!" <= sign <= "~" for sign in code):
        return "must be of visible ASCII characters, without blanks"
    return ""


def folded(code: str) -> str:
    """What look-ups compare: two codes of a pool never differ by case alone."""
    return code.lower()


def variables(pattern: str) -> int:
    return sum(sign in LETTERS for sign in pattern)


def is_generic(pattern: str) -> bool:
    """Whether it is one code that everybody gets."""
    return variables(pattern) == 0


def bits(pattern: str) -> float:
    """How many times a guess must be halved: of codes without regard to case, as they are looked up."""
    return sum(log2(len(set(LETTERS[sign].lower()))) for sign in pattern if sign in LETTERS)


def is_strong(pattern: str) -> bool:
    return bits(pattern) >= STRONG_BITS


def capacity(pattern: str) -> int:
    """How many codes there can be."""
    found = 1
    for sign in pattern:
        found *= len(set(LETTERS[sign].lower())) if sign in LETTERS else 1
    return found


def draw(pattern: str, number: int, random: Random = os.urandom) -> list[str]:
    """So many codes, by the system's generator; some may be the same where the pattern has few."""
    columns = [_column(sign, len([*run]), number, random) for sign, run in groupby(pattern)]
    return ["".join(parts) for parts in zip(*columns, strict=True)]


def _column(sign: str, length: int, number: int, random: Random) -> Sequence[str]:
    if sign not in LETTERS:
        return [sign * length] * number
    text = _signs(sign, length * number, random)
    return [text[start : start + length] for start in range(0, length * number, length)]


def _signs(kind: str, number: int, random: Random) -> str:
    """Each sign as likely as any other: bytes that would favour some are left out."""
    table, unfair = _translation(LETTERS[kind])
    found = b""
    while len(found) < number:
        found += random(number - len(found) + number // 4 + 16).translate(table, unfair)
    return found[:number].decode("ascii")


@cache
def _translation(letters: str) -> tuple[bytes, bytes]:
    fair = 256 - 256 % len(letters)
    return bytes(ord(letters[byte % len(letters)]) for byte in range(256)), bytes(range(fair, 256))
