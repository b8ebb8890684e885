"""Windows are local days with today counted; those of the examples that people check first."""

import datetime as dt
from typing import Any

import pytest

from customers.models import Customer
from loyalty.calendar import Unit
from loyalty.facts.enums import Period, Span
from loyalty.facts.windows import Days, Window
from segments.language.compiling import compile_rule
from segments.language.parsing import rule_of
from segments.language.vocabulary import read_vocabulary
from tests.segments.peopled import BERLIN, selected


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "today", "first", "last"),
    [
        (Window(Span.LAST, 30), "2025-03-31", "2025-03-02", "2025-03-31"),
        (Window(Span.LAST, 1), "2024-02-29", "2024-02-29", "2024-02-29"),
        (Window(Span.LAST, 30), "2025-01-10", "2024-12-12", "2025-01-10"),
        (Window(Span.LAST, 1, Unit.MONTHS), "2025-03-31", "2025-03-01", "2025-03-31"),
        (Window(Span.LAST, 12, Unit.MONTHS), "2024-02-29", "2023-03-01", "2024-02-29"),
        (Window(Span.NEXT, 7), "2025-12-28", "2025-12-28", "2026-01-03"),
        (Window(Span.PERIOD, period=Period.LAST_MONTH), "2025-01-31", "2024-12-01", "2024-12-31"),
        (Window(Span.PERIOD, period=Period.LAST_WEEK), "2025-01-01", "2024-12-23", "2024-12-29"),
        (Window(Span.PERIOD, period=Period.THIS_YEAR), "2024-02-29", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_window_is_of_local_days_with_today_counted(window: Window, today: str, first: str, last: str) -> None:
    assert window.days(day(today)) == Days(day(first), day(last))


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    spring, autumn = (Days(day(text), day(text)) for text in ("2025-03-30", "2025-10-26"))

    assert [(one.end(BERLIN) or dt.datetime.min) - (one.begin(BERLIN) or dt.datetime.min) for one in (spring, autumn)] == [
        dt.timedelta(hours=23), dt.timedelta(hours=25),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "today", "is_in"),
    [
        ("2000-02-29", "2025-02-22", True),
        ("2000-02-29", "2025-02-21", False),
        ("2000-02-29", "2025-03-01", False),
        ("2000-02-29", "2024-02-23", True),
        ("1990-01-03", "2025-12-28", True),
        ("1990-01-04", "2025-12-28", False),
    ],
)
def test_birthday_within_the_next_7_days(born: str, today: str, is_in: bool, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    Customer.objects.create(public_id="A", status="active", birth_date=day(born), created_at=now, updated_at=now)
    vocabulary = read_vocabulary()
    rule = rule_of("birthday is in the next 7 days", vocabulary)

    statement = compile_rule(rule, vocabulary, today=day(today), zone=BERLIN)

    assert bool(selected(statement.sql, statement.params)) is is_in
