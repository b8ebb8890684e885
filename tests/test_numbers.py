"""What people write as a number is read where it has one reading, and refused with both where it has two."""

from decimal import Decimal

import pytest

from loyalty.numbers import AmbiguousNumber, NotANumber, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("1500", "1500"),
        (" 1500 ", "1500"),
        ("-5", "-5"),
        ("+5", "5"),
        ("\u22125", "-5"),
        ("12.50", "12.50"),
        ("99,90", "99.90"),
        (",5", "0.5"),
        ("0.755", "0.755"),
        ("0,755", "0.755"),
        ("1234.567", "1234.567"),
        ("1.2345", "1.2345"),
        ("1 000", "1000"),
        ("1\u00a0000", "1000"),
        ("1\u202f234\u202f567", "1234567"),
        ("1'099.90", "1099.90"),
        ("1 234,567", "1234.567"),
        ("1,099.90", "1099.90"),
        ("1.099,90", "1099.90"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.891", "1234567.891"),
        ("-1.234.567,8", "-1234567.8"),
    ],
)
def test_a_number_with_one_reading_is_read(text: str, number: str) -> None:
    assert str(read_number(text)) == number
    assert str(read_number(text, decimal_mark=",")) == number
    assert str(read_number(text, decimal_mark=".")) == number


@pytest.mark.parametrize(
    ("text", "thousands", "decimals"),
    [("1.000", "1000", "1.000"), ("1,234", "1234", "1.234"), ("-12,500", "-12500", "-12.500")],
)
def test_a_number_with_two_readings_is_refused_with_both(text: str, thousands: str, decimals: str) -> None:
    with pytest.raises(AmbiguousNumber, match=f"^{thousands} or {decimals}$") as caught:
        read_number(text)
    assert (caught.value.thousands, caught.value.decimals) == (Decimal(thousands), Decimal(decimals))


def test_a_known_decimal_mark_settles_what_has_two_readings() -> None:
    assert read_number("1.000", decimal_mark=".") == 1
    assert read_number("1.000", decimal_mark=",") == 1000
    assert read_number("1,234", decimal_mark=".") == 1234
    assert read_number("-1,234", decimal_mark=",") == Decimal("-1.234")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "+", ".", ",", "abc", "1,5,0", "1,23.45", "1.234,567.8", "12 34", "1  000", "1_000", "1e3", "NaN",
        "Infinity", "--5", "- 5", "١٢", "１２", "5 EUR", "1,0000,000", "1234 567", "1" * 41, "1,000 000", "1.5.", "5.",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        read_number(text)
