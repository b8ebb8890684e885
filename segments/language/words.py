"""The words of the grammar beside those of the facts, for writing and reading alike. Pure."""

import re

from loyalty.calendar import Unit
from loyalty.facts.enums import Kind, Op, Period

EVERYONE = "everyone"
# The first phrase of each is written, all are read.
_SHARED: dict[Op, tuple[str, ...]] = {Op.EMPTY: ("is empty", "is unknown"), Op.NOT_EMPTY: ("is not empty", "is known")}
_TEXT: dict[Op, tuple[str, ...]] = {
    Op.IS: ("is", "=", "equals"),
    Op.IS_NOT: ("is not", "isn't", "!=", "≠"),
    Op.IN: ("is one of", "is in"),
    Op.NOT_IN: ("is not one of", "is none of", "is not in"),
    Op.CONTAINS: ("contains",),
    Op.STARTS: ("starts with",),
    Op.ENDS: ("ends with",),
}
PHRASES: dict[Kind, dict[Op, tuple[str, ...]]] = {
    Kind.YES: {},
    Kind.NUMBER: {
        Op.AT_LEAST: ("is at least", "at least", ">=", "≥"),
        Op.AT_MOST: ("is at most", "at most", "<=", "≤"),
        Op.MORE: ("is more than", "more than", "is over", "over", ">"),
        Op.LESS: ("is less than", "less than", "is under", "under", "<"),
        Op.IS: ("is", "=", "equals"),
        Op.IS_NOT: ("is not", "isn't", "!=", "≠"),
        Op.BETWEEN: ("is between", "between"),
        **_SHARED,
    },
    Kind.DATE: {
        Op.ON: ("is on", "on"),
        Op.BEFORE: ("is before", "before"),
        Op.AFTER: ("is after", "after"),
        Op.WITHIN: ("is", "is within"),
        **_SHARED,
    },
    Kind.TEXT: {**_TEXT, **_SHARED},
    Kind.CHOICE: {**{op: _TEXT[op] for op in (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN)}, **_SHARED},
    Kind.FLAG: {Op.YES: ("is yes", "is on"), Op.NO: ("is no", "is off"), **_SHARED},
    Kind.TEXTS: {Op.HAS: ("has", "contains"), Op.HAS_NOT: ("does not have", "lacks"), **_SHARED},
}
# Of an attribute of an event: numbers and texts in one table, told apart by the value.
ATTRIBUTE_PHRASES: dict[Op, tuple[str, ...]] = {
    **PHRASES[Kind.TEXT], **{op: PHRASES[Kind.NUMBER][op] for op in (Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS)},
}  # fmt: skip
PERIODS = {period: period.value.replace("_", " ") for period in Period}
UNITS = {Unit.DAYS: ("days", "day"), Unit.MONTHS: ("months", "month")}
LAST, NEXT, SINCE, UNTIL, BETWEEN = "in the last", "in the next", "since", "until", "between"

_STRUCTURE = ("and", "or", "not", EVERYONE, LAST, SINCE, UNTIL, *PERIODS.values())
# What a text must be quoted for, if it is a word of these.
RESERVED = frozenset(
    word
    for phrase in (*_STRUCTURE, *(one for table in PHRASES.values() for phrases in table.values() for one in phrases))
    for word in phrase.split()
)
_PLAIN = re.compile(r"[^\W\d_][\w.-]*")


def said(text: str) -> str:
    """A text in a sentence: in quotes, unless it is one plain word."""
    if _PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
