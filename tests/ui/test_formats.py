from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from loyalty import formats

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (1234567, "1,234,567"), (-1234, "−1,234"), (Decimal("1234.50"), "1,234.5")],
)
def test_a_number_has_thousands_separators_and_a_true_minus(value: formats.Number | None, text: str) -> None:
    assert formats.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(5, "+5"), (-5000, "−5,000"), (0, "–"), (None, "–")])
def test_a_change_names_its_direction(value: formats.Number | None, text: str) -> None:
    assert formats.signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1500, "1.5k"),
        (999_950, "1M"),
        (-880_000, "−880k"),
        (4 * 10**15, "4,000T"),
        (2.5, "2.5"),
    ],
)
def test_an_axis_label_is_short(value: formats.Number, text: str) -> None:
    assert formats.compact(value) == text


def test_money_has_two_decimals_and_its_currency() -> None:
    assert formats.money(Decimal("-1234.5"), "EUR") == "−1,234.50 EUR"


def test_an_instant_is_told_in_the_programmes_time_zone() -> None:
    with timezone.override("Europe/Budapest"):
        assert formats.instant(NOW) == "21 Nov 2026, 13:00 CET"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=29), "29 d ago"),
        (timedelta(days=30), "22 Oct 2026"),
        (-timedelta(seconds=30), "just now"),
        (-timedelta(days=1), "22 Nov 2026"),
    ],
)
def test_an_age_is_relative_within_a_month_and_a_date_otherwise(age: timedelta, text: str) -> None:
    assert formats.relative(NOW - age, NOW) == text
