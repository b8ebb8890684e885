"""A sentence in words, quoted texts, brackets and commas, each with its place. Pure; linear in the length."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .refusals import WrongRule

MAX_SENTENCE = 20_000
_TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\["\\])*")|(?P<mark>[(),])|(?P<word>[^\s"(),]+))')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Token:
    """`at`: the character where it begins, from 0."""

    text: str
    at: int
    end: int
    is_quoted: bool = False

    @property
    def word(self) -> str:
        """As words of the grammar are compared; a quoted text is none."""
        return "" if self.is_quoted else self.text.lower()


def tokens_of(sentence: str) -> Sequence[Token]:
    """Raises WrongRule."""
    if len(sentence) > MAX_SENTENCE:
        raise WrongRule("the sentence", f"is too long: use at most {MAX_SENTENCE:,} characters")
    return _tokens(sentence)


def texts_of(text: str) -> Sequence[str]:
    """The texts of a list with commas between them: what contains one stands in quotation marks. Raises WrongRule."""
    found: list[list[Token]] = [[]]
    for token in _tokens(text):
        if token.text == "," and not token.is_quoted:
            found.append([])
        else:
            found[-1].append(token)
    return [one for part in found if part and (one := _text_of(text, part)).strip()]


def _text_of(text: str, part: Sequence[Token]) -> str:
    """Several words without quotation marks are one text, as they stand there."""
    return part[0].text if len(part) == 1 else text[part[0].at : part[-1].end]


def _tokens(sentence: str) -> Sequence[Token]:
    text, at = sentence.rstrip(), 0
    found = []
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise WrongRule(
                place_of(_start(text, at)), "a quoted text begins here and does not end: close it with a quotation mark"
            )
        found.append(_token(match))
        at = match.end()
    return found


def _start(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _token(match: re.Match[str]) -> Token:
    quoted = match["quoted"]
    if quoted is not None:
        return Token(_ESCAPED.sub(r"\1", quoted[1:-1]), match.start("quoted"), match.end(), is_quoted=True)
    name = "mark" if match["mark"] else "word"
    return Token(match[name], match.start(name), match.end())


def place_of(at: int) -> str:
    return f"character {at + 1}"
