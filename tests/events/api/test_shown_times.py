"""Every list that is asked by a time compares it as it is shown: what looks equal on the wire is equal."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from events.orders.models import Transaction
from loyalty.api.lists.moments import MILLISECOND, SECOND, look_ups
from tests.api_keys import development_key
from tests.engine.world import accepted, event

# A fraction that no interface shows.
AT = dt.datetime(2026, 3, 1, 12, 30, 15, 345_678, tzinfo=dt.UTC)
KEY = {"api_key": "till-key"}
FOUND = {"lt": False, "lte": True, "": True, "gte": True, "gt": False}


@pytest.fixture(autouse=True)
def ann(db: None) -> None:
    development_key()
    accepted(event("ann", "opt_in"), event("ann", "login"), at=AT)
    accepted(event("ann", "checkout", transaction_id="R-1", total=10), at=AT)
    Customer.objects.update(created_at=AT, updated_at=AT, optin_at=AT, last_login_at=AT)
    Transaction.objects.update(created_at=AT, updated_at=AT, checkout_at=AT)


def ask(path: str, **query: str) -> Any:
    answer = Client().get(path, {**KEY, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("operator", FOUND)
@pytest.mark.parametrize("column", ["created_at", "updated_at", "optin_at", "last_login_at"])
def test_customers_are_compared_with_their_own_shown_time(column: str, operator: str) -> None:
    """As unix time or in ISO form; the one shows all but the time of creation, the Read API that."""
    shown = {"created_at": int(AT.timestamp()), **ask("/customers/ann")}[column]
    for text in (str(shown), dt.datetime.fromtimestamp(shown, dt.UTC).isoformat()):
        found = ask("/customers", **{column + (operator and f".{operator}"): text})
        assert (found.get("id") == "ann") == FOUND[operator], text


@pytest.mark.parametrize("operator", FOUND)
def test_customers_of_the_read_api_are(operator: str) -> None:
    shown = ask("/v1/customers/ann")["payload"]["created_at"]
    found = ask("/v1/customers", **{f"filter[created_at][{operator or 'eq'}]": shown})
    assert bool(found["payload"]["customers"]) == FOUND[operator]


@pytest.mark.parametrize("operator", FOUND)
def test_events_of_the_display_api_are(operator: str) -> None:
    """By `timestamp` the instant counts, by `date` that and the day."""
    [shown] = {one["timestamp"] for one in ask("/customers/ann/events")["data"]}
    for name in ("timestamp", "date"):
        found = ask("/customers/ann/events", **{name + (operator and f".{operator}"): shown})
        assert bool(found["data"]) == FOUND[operator], name


@pytest.mark.parametrize("operator", FOUND)
@pytest.mark.parametrize("column", ["created_at", "updated_at"])
def test_transactions_of_the_display_api_are(column: str, operator: str) -> None:
    [order] = ask("/customers/ann/transactions")["data"]
    found = ask("/customers/ann/transactions", **{column + (operator and f".{operator}"): order[column]})
    assert bool(found["data"]) == FOUND[operator]


@pytest.mark.parametrize("shown", [SECOND, MILLISECOND])
@pytest.mark.parametrize("at", [AT, dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)])
def test_no_row_is_both_equal_and_later_or_earlier(shown: dt.timedelta, at: dt.datetime) -> None:
    bounds = {operator: look_ups(operator, at, shown=shown) for operator in ("lt", "exact", "gt")}
    assert bounds["lt"]["lt"] == bounds["exact"]["gte"] <= at < bounds["exact"]["lt"] == bounds["gt"]["gte"]
    assert bounds["exact"]["lt"] - bounds["exact"]["gte"] == shown


def test_the_last_instant_of_the_calendar_is_one() -> None:
    text = "9999-12-31T23:59:59Z"
    assert ask("/customers", **{"created_at.lte": text}) == {"id": "ann"}
    assert ask("/customers", **{"created_at.gt": text})["data"] == ask("/customers", created_at=text)["data"] == []
    assert timezone.is_aware(look_ups("gt", dt.datetime.max.replace(tzinfo=dt.UTC), shown=SECOND)["gte"])
