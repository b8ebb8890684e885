"""Reads the cells that people and spreadsheets write in their own way: numbers and times. Pure."""

import datetime as dt
import re
from dataclasses import dataclass

from loyalty.numbers import AmbiguousNumber, NotANumber, read_number

_MACHINE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+ ?(?:Z|[+-][0-9:]+)?)?")
# As spreadsheets show a number that is too long for its cell: the digits behind are lost.
_SHORTENED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,}")


class UnreadableCell(ValueError):
    """The text says why, and what to write instead."""


def is_shortened(cell: str) -> bool:
    return _SHORTENED.fullmatch(cell.strip()) is not None


@dataclass(frozen=True)
class Numbers:
    """How a file writes its numbers: what is said of it, and which delimiter tells."""

    decimal_mark: str = ""
    delimiter: str = ","

    def read(self, cell: str) -> str:
        """The number in digits and a point; what is no number stays, for the engine to refuse in its words.

        Where commas part the columns, a point begins the decimals, as programs write it. Raises UnreadableCell.
        """
        if cell.isdecimal() or (self._has_points and _MACHINE.fullmatch(cell)):
            return cell
        try:
            return format(read_number(cell, decimal_mark=self.decimal_mark), "f")
        except NotANumber:
            return cell
        except AmbiguousNumber as error:
            raise UnreadableCell(
                f"“{cell.strip()}” can be read as {error}: write it without a mark between thousands, or say with the"
                " upload whether a point or a comma begins the decimals"
            ) from None

    @property
    def _has_points(self) -> bool:
        return self.decimal_mark == "." or (not self.decimal_mark and self.delimiter == ",")


def read_moment(cell: str, zone: dt.tzinfo) -> str:
    """The instant in unix seconds: what is a number stays one, for the engine to check; without an offset the time is
    the programme's, without a time it is the day's begin. Raises UnreadableCell."""
    text = cell.strip()
    if text.replace(".", "", 1).isdecimal():
        return text
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError(text)
        found = dt.datetime.fromisoformat(text)
        seconds = (found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        raise UnreadableCell(
            f"“{text[:40]}” is not a time: write 2024-03-01T10:00:00+01:00, 2024-03-01 10:00, 2024-03-01 or unix seconds"
        ) from None
    return format(seconds, ".6f").rstrip("0").rstrip(".")
