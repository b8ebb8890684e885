"""Numbers as people write them: `1 000`, `1,099.90`, `99,90`. One reader for files and for forms. Pure.

What has one reading only is read. What has two (`1.000` is one thousand or one) is refused with both, unless the
caller knows which mark begins the decimals. Machines write digits and a point: `loyalty.engine.values` reads those.
"""

import re
from decimal import Decimal

MAX_LENGTH = 40
# Blanks of every width and apostrophes part thousands and nothing else.
_BLANKS = re.compile("[ \u00a0\u2007\u2009\u202f'\u2019]")
_GROUPS = re.compile(r"[0-9]{1,3}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMALS = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class NotANumber(ValueError):
    """The text has no reading."""


class AmbiguousNumber(ValueError):
    """The text has two readings: its mark parts `thousands`, or begins the `decimals`. As a text it names both."""

    def __init__(self, thousands: Decimal, decimals: Decimal) -> None:
        super().__init__(f"{thousands:f} or {decimals:f}")
        self.thousands, self.decimals = thousands, decimals


def read_number(text: str, *, decimal_mark: str = "") -> Decimal:
    """What the text means, with the decimals that it names: `99,90` is Decimal("99.90").

    `decimal_mark`, `.` or `,`, settles what has two readings and nothing else. Raises AmbiguousNumber, NotANumber.
    """
    found = _BLANKS.sub(" ", text.strip()).replace("\u2212", "-")
    if not found or len(found) > MAX_LENGTH:
        raise NotANumber(text)
    sign, digits = ("-", found[1:]) if found[0] == "-" else ("", found.removeprefix("+"))
    if _TWO_READINGS.fullmatch(digits):
        return _settled(sign, digits, decimal_mark)
    return Decimal(sign + _one_reading(digits))


def _settled(sign: str, digits: str, decimal_mark: str) -> Decimal:
    whole, decimals = digits[:-4], digits[-3:]
    thousands, fraction = Decimal(sign + whole + decimals), Decimal(f"{sign}{whole}.{decimals}")
    if not decimal_mark:
        raise AmbiguousNumber(thousands, fraction)
    return fraction if digits[-4] == decimal_mark else thousands


def _one_reading(digits: str) -> str:
    """The digits as Python writes them: groups of three before the last mark that stands once."""
    if _DECIMALS.fullmatch(digits):
        return digits.replace(",", ".")
    if _GROUPS.fullmatch(digits):
        return re.sub("[., ]", "", digits)
    place = max(digits.rfind("."), digits.rfind(","))
    groups, decimals = digits[:place], digits[place + 1 :]
    if place > 0 and digits[place] not in groups and _GROUPS.fullmatch(groups) and re.fullmatch("[0-9]+", decimals):
        return f"{re.sub('[., ]', '', groups)}.{decimals}"
    raise NotANumber(digits)
