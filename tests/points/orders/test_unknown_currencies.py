"""Money in a currency that nobody has set a percentage for earns nothing, and the event says so."""

from typing import Any

import pytest
from django.test import Client

from loyalty.engine.events import POINTS_REWARDED, Actor
from loyalty.engine.record import record
from loyalty.staff.models import User
from tests.engine.world import NOW, accepted, configure, event, rows, send, spendable
from tests.points.bonuses.bonus import bonus

pytestmark = pytest.mark.django_db


def told(action: str = "checkout") -> list[str | None]:
    """What each event of the action says of its currency."""
    statement = "SELECT data->>'unearned_currency' FROM events_event WHERE action = %s ORDER BY id"
    return [currency for (currency,) in rows(statement, [action])]


def checkout(currency: str | None, transaction_id: str = "T1", **data: Any) -> None:
    named = {"currency": currency} if currency else {}
    accepted(event("ann", "checkout", transaction_id=transaction_id, total=1_700, **named, **data))


def rate(currency: str, percentage: str) -> None:
    rows("INSERT INTO points_earningrate (rule_id, currency, percentage) SELECT id, %s, %s FROM points_earningrule",
         [currency, percentage])  # fmt: skip


def test_an_unknown_currency_earns_nothing_and_the_event_says_so() -> None:
    bonus(points=50)
    checkout("zar")
    assert (spendable("ann"), told()) == (0, ["ZAR"])


@pytest.mark.parametrize("currency", [None, "EUR", "eur"])
def test_the_brands_own_currency_earns_by_the_general_percentage(currency: str | None) -> None:
    checkout(currency)
    assert (spendable("ann"), told()) == (1_700, [None])


def test_a_currency_with_a_percentage_earns_by_it() -> None:
    rate("ZAR", "5")
    checkout("ZAR")
    assert (spendable("ann"), told()) == (85, [None])


def test_a_setting_lets_unknown_currencies_earn_by_the_general_percentage() -> None:
    configure(earn_in_unknown_currencies=True)
    checkout("ZAR")
    assert (spendable("ann"), told()) == (1_700, [None])


def test_points_that_the_order_itself_names_are_earned_in_any_currency() -> None:
    by = Actor("api", grants=frozenset({POINTS_REWARDED}))
    [outcome] = record(
        [event("ann", "checkout", transaction_id="T1", total=10, currency="ZAR", points_rewarded=7)], by=by, at=NOW
    )
    assert (outcome.error, spendable("ann"), told()) == (None, 7, [None])


def test_where_lines_earn_each_of_them_says_so() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    checkout("ZAR", items=[{"product_id": "A", "price": 10}, {"product_id": "B", "price": 20}])
    assert (spendable("ann"), told(), told("checkout_item")) == (0, [None], ["ZAR", "ZAR"])


def test_a_refund_of_what_earned_nothing_takes_nothing() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))
    checkout("ZAR")
    accepted(event("ann", "partial_refund", transaction_id="T1", amount=700))
    accepted(event("ann", "refund", transaction_id="T1"))
    assert spendable("ann") == 5


def test_nobody_sends_the_note_itself() -> None:
    [outcome] = send(event("ann", "checkout", transaction_id="T1", total=10, unearned_currency="ZAR"))
    assert outcome.error
    assert "'unearned_currency' is a name that only the service itself writes" in outcome.error.message


def test_the_timeline_shows_the_note(client: Client) -> None:
    checkout("ZAR")
    client.force_login(User.objects.create_superuser("root"))
    [(id,)] = rows("SELECT id FROM customers_customer")
    assert "Earns nothing: there is no percentage for ZAR" in client.get(f"/customers/{id}/events/").content.decode()
