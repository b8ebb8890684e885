"""Texts that a spreadsheet would run as formulas. Pure.

What people download is disarmed by an apostrophe; a file that they send back is read without it, so both ways round
come to the same text.
"""

from unicodedata import category, normalize

FORMULA = ("=", "+", "-", "@")
_BREAKS = ("\t", "\r", "\n")
_LEADING = " \"'"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the text: by its first character that can be seen, full-width ones included."""
    if text.isalnum():
        return False
    if text.lstrip(_LEADING).startswith(_BREAKS):
        return True
    for letter in text:
        if letter in _LEADING or letter.isspace() or category(letter) in ("Cc", "Cf"):
            continue
        return normalize("NFKC", letter).startswith(FORMULA)
    return False


def safe_cell(text: str) -> str:
    """A text that no spreadsheet runs as a formula: one that might be is led by an apostrophe. Numbers stay numbers."""
    return f"'{text}" if is_formula(text) else text


def rearmed(text: str) -> str:
    """The text as it was before `safe_cell`."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text
