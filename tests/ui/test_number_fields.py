"""Numbers in forms are read as people write them, or refused with what they may mean."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms

from loyalty.forms.numbers import NumberField, WholeNumberField


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 000", 1000),
        ("1,000", 1000),
        ("1\u00a0000", 1000),
        ("1.234.567", 1234567),
        ("12", 12),
        (" 7 ", 7),
        ("5.0", 5),
    ],
)
def test_a_whole_number_is_read_as_it_is_written(text: str, found: int) -> None:
    assert WholeNumberField().clean(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("1,099.90", "1099.90"), ("99,90", "99.90"), ("1 099,90", "1099.90"), ("1.099,90", "1099.90"), ("0.5", "0.5")],
)
def test_an_amount_is_read_as_it_is_written(text: str, found: str) -> None:
    assert NumberField(decimal_places=4).clean(text) == Decimal(found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.000", "This may mean 1,000 or 1. Enter 1000 or 1."),
        ("1.500", "This may mean 1,500 or 1.5. Enter 1500 or 1.5."),
        ("1.234", "This may mean 1,234 or 1.234. Enter 1234 or 1.2340."),
    ],
)
@pytest.mark.parametrize("field", [WholeNumberField(), NumberField(decimal_places=4)])
def test_what_has_two_readings_is_refused_with_both(field: forms.Field, text: str, told: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(text)
    assert refused.value.messages == [told]


@pytest.mark.parametrize(
    ("field", "text"), [(WholeNumberField(), "99,90"), (WholeNumberField(), "five"), (NumberField(), "1,00,0")]
)
def test_what_is_no_such_number_is_refused(field: forms.Field, text: str) -> None:
    with pytest.raises(forms.ValidationError):
        field.clean(text)


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_nothing_stays_nothing(empty: Any) -> None:
    assert WholeNumberField(required=False).clean(empty) is None
