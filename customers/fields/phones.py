"""Telephone numbers as people write them. Pure.

A number is stored as it was sent. By its digits (an index) it is found under every way of writing the same E.164 number.
"""

import re
from collections.abc import Iterable, Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

# Fewer digits than these are no telephone number, and more neither (E.164 has 15, with a way out of the country before them).
FEWEST_DIGITS, MOST_DIGITS = 7, 20
_WRITTEN = re.compile(r"\+?[0-9 ()./\u00a0\u2010-\u2015-]+")


def digits_of(text: str) -> str:
    return "".join(filter(str.isascii, filter(str.isdecimal, text)))


def may_be_number(text: str) -> bool:
    return FEWEST_DIGITS <= len(digits_of(text)) <= MOST_DIGITS and bool(_WRITTEN.fullmatch(text.strip()))


def spellings(text: str, regions: Iterable[str]) -> list[str]:
    """The digits by which the number may be stored, those of the text first; none if the text is no number.

    `regions` are ISO 3166 codes: the countries that a number without `+` may be of.
    """
    digits = digits_of(text)
    if not may_be_number(text):
        return []
    found = [form for number in _meanings(text, digits, regions) for form in _forms(number)]
    return list(dict.fromkeys([digits, *found]))


def _meanings(text: str, digits: str, regions: Iterable[str]) -> Iterator[PhoneNumber]:
    international = f"+{digits.removeprefix('00')}"
    # The 0 in +36 (0)30 is dialled at home only.
    international = text.replace("(0)", "") if "(0)" in text and text.strip()[:1] == "+" else international
    for written, region in [(international, None), *((text, region) for region in regions)]:
        try:
            number = phonenumbers.parse(written, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number


def _forms(number: PhoneNumber) -> Iterator[str]:
    """+36 30 123 4567 is 36301234567, 0036301234567, 06301234567, 301234567, and with the (0) that people add."""
    own = phonenumbers.national_significant_number(number)
    yield f"{number.country_code}{own}"
    yield f"00{number.country_code}{own}"
    yield digits_of(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    yield own
    yield f"{number.country_code}0{own}"
