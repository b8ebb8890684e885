"""`points_rewarded`: an order or its line says what it earns, for those who may."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from events.operations import add_event
from events.orders.models import Transaction
from loyalty.api.keys.models import ApiKey
from loyalty.engine.events import POINTS_REWARDED, Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.operations import import_here
from tests.api_keys import development_key
from tests.engine.world import NOW, codes, event, rows
from tests.points.bonuses.bonus import bonus, why

pytestmark = pytest.mark.django_db
TRUSTED = Actor("api", grants=frozenset({POINTS_REWARDED}))
REFUSED = (
    "'points_rewarded' needs the right to fix points, which this API key does not have."
    " Leave it out, or have an administrator tick “may fix points” on the key."
)
LINES = [{"product_id": "A", "price": 10}, {"product_id": "B", "price": 20}]


def send(*events: Incoming, by: Actor = TRUSTED) -> list[Outcome]:
    return record(events, by=by, at=NOW)


def accepted(*events: Incoming) -> None:
    assert codes(send(*events)) == [None] * len(events)


def per_item() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")


def checkout_accept() -> None:
    rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")


def lots() -> list[int]:
    return [points for (points,) in rows("SELECT points FROM points_lot ORDER BY id")]


def pending() -> int:
    [(found,)] = rows("SELECT pending FROM points_balance")
    return int(found)


def test_an_order_that_fixes_its_points_earns_them_whatever_the_rules_and_bonuses_are() -> None:
    bonus("2")

    accepted(event("ann", "checkout", transaction_id="T1", total=100, points_rewarded="7"))

    assert (lots(), why()) == ([7], ["The order itself says what it earns: 7 points. No rule applied."])


def test_an_order_that_fixes_its_points_at_0_earns_nothing() -> None:
    accepted(event("ann", "checkout", transaction_id="T1", total=100, points_rewarded=0))

    assert lots() == []


def test_an_order_that_fixes_its_points_earns_no_others_by_its_items() -> None:
    per_item()

    accepted(event("ann", "checkout", transaction_id="T1", items=LINES, points_rewarded=7))

    assert lots() == [7]


def test_a_line_fixes_its_points_where_earning_is_per_item() -> None:
    per_item()

    accepted(event("ann", "checkout", transaction_id="T1", items=[{**LINES[0], "points_rewarded": 3}, LINES[1]]))

    assert lots() == [3, 20]


def test_a_lines_points_do_not_count_where_the_order_earns_as_a_whole() -> None:
    accepted(event("ann", "checkout", transaction_id="T1", items=[{**LINES[0], "points_rewarded": 3}], total=10))

    assert lots() == [10]


def test_an_order_keeps_its_fixed_points_when_items_are_added_or_changed() -> None:
    per_item()
    checkout_accept()
    accepted(event("ann", "checkout", transaction_id="T1", items=LINES, points_rewarded=7))

    accepted(
        event("ann", "checkout_item", transaction_id="T1", product_id="C", price=5),
        event("ann", "checkout_update", transaction_id="T1", items=LINES[1:]),
        event("ann", "checkout_update_item", transaction_id="T1", product_id="B", price=50),
    )
    assert pending() == 7
    accepted(event("ann", "checkout_accept", transaction_id="T1"))

    assert lots() == [7]


def test_an_update_may_fix_the_points() -> None:
    per_item()
    checkout_accept()
    accepted(event("ann", "checkout", transaction_id="T1", items=LINES))
    assert pending() == 30

    accepted(event("ann", "checkout_update", transaction_id="T1", points_rewarded=4))
    assert pending() == 4


def test_a_line_keeps_its_fixed_points_when_the_order_is_computed_anew() -> None:
    per_item()
    checkout_accept()
    accepted(event("ann", "checkout", transaction_id="T1", items=[{**LINES[0], "points_rewarded": 3}, LINES[1]]))

    accepted(event("ann", "checkout_update", transaction_id="T1", total=30))
    assert pending() == 23
    accepted(event("ann", "checkout_update_item", transaction_id="T1", product_id="A", price=9, points_rewarded=1))
    assert pending() == 21


def test_items_of_a_draft_earn_nothing_by_themselves_once_the_order_fixes_its_points() -> None:
    per_item()
    accepted(event("ann", "opt_in"), event("ann", "checkout_item", transaction_id="T1", product_id="A", price=5))
    assert pending() == 5

    accepted(event("ann", "checkout", transaction_id="T1", total=5, points_rewarded=7))

    assert (pending(), lots()) == (0, [7])


def test_a_refund_takes_its_part_of_fixed_points_back() -> None:
    accepted(
        event("ann", "checkout", transaction_id="T1", total=100, points_rewarded=8),
        event("ann", "partial_refund", transaction_id="T1", amount=25),
    )

    assert rows("SELECT earned FROM points_balance") == [(6,)]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("checkout", {"total": 10, "points_rewarded": 7}),
        ("checkout", {"total": 10, "points_rewarded": 0}),
        ("checkout", {"total": 10, "items": [LINES[0], {**LINES[1], "points_rewarded": 7}]}),
        ("checkout_item", {"product_id": "A", "price": 5, "points_rewarded": 7}),
        ("checkout_update", {"points_rewarded": 7}),
        ("checkout_update", {"items": [{**LINES[1], "points_rewarded": 7}]}),
        ("checkout_update_item", {"product_id": "A", "price": 5, "points_rewarded": 7}),
    ],
)
def test_0_fixing_points_without_the_right(action: str, data: dict[str, Any]) -> None:
    checkout_accept()
    accepted(event("ann", "checkout", transaction_id="T0", items=LINES))
    order = "T1" if action == "checkout" else "T0"

    [outcome] = send(event("ann", action, transaction_id=order, **data), by=Actor("api"))

    assert outcome.error
    assert (outcome.error.code, outcome.error.message) == (0, REFUSED)
    assert pending() == 30


def test_an_empty_attribute_fixes_nothing_and_needs_no_right() -> None:
    [outcome] = send(event("ann", "checkout", transaction_id="T1", total=9, points_rewarded=""), by=Actor("api"))

    assert (outcome.error, lots()) == (None, [9])


@pytest.mark.parametrize("points", [-1, "1.5", "many", True])
def test_0_fixed_points_that_are_no_whole_number(points: Any) -> None:
    [outcome] = send(event("ann", "checkout", transaction_id="T1", total=9, points_rewarded=points))

    assert outcome.error
    assert (outcome.error.code, "'points_rewarded' must be" in outcome.error.message) == (0, True)


def test_the_right_to_fix_a_guests_points_is_the_tills_not_the_claimers() -> None:
    data = {"transaction_id": "T1", "total": 10, "points_rewarded": 7}
    accepted(event("ann", "opt_in"))
    assert codes(send(Incoming("", "checkout", dict(data), guest=True), by=Actor("api"))) == [0]
    accepted(Incoming("", "checkout", data, guest=True))

    [outcome] = send(event("ann", "checkout_claim", transaction_id="T1"), by=Actor("api"))

    assert (outcome.error, lots()) == (None, [7])


def post(client: Client, key: ApiKey) -> Any:
    data = {"transaction_id": "T1", "total": 10, "points_rewarded": 7}
    sent = {"customer": "ann", "action": "checkout", "data": data}
    return client.post(f"/events?api_key={key.key}", json.dumps(sent), content_type="application/json")


def test_an_api_key_fixes_points_only_if_it_may(client: Client) -> None:
    answer = post(client, development_key("till", "Till"))
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, REFUSED)

    assert post(client, development_key("office", "Office", may_fix_points=True)).status_code == 200
    assert lots() == [7]


def test_staff_and_imports_may_fix_points(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    accepted(event("ann", "opt_in"))
    dana = User.objects.create_user("dana", role=Role.MANAGER)
    data = {"transaction_id": "T1", "total": "10", "points_rewarded": 7}
    add_event(customer=Customer.objects.get(), action="checkout", data=data, account=None, by=Sender(dana, NOW))

    content = b"customer,action,transaction_id,total,points_rewarded\nann,checkout,T2,10,5\n"
    job = import_here(model="events", name="file.csv", content=[content], now=timezone.now, rows=100)

    assert (job.recorded, lots()) == (1, [7, 5])
    assert set(Transaction.objects.values_list("fixed_points", flat=True)) == {5, 7}
