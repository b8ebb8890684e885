"""An attribute with nearly the name of a known one is refused with the right name: recorded, it would do nothing."""

from typing import Any

import pytest

from events.types import near_misses
from events.types.models import EventAttribute
from events.types.near_misses import _meant, names_of
from events.types.program import read_event_types
from loyalty.program.actions import registered_actions
from tests.engine.world import accepted, event, rows, send

pytestmark = pytest.mark.django_db
# Of the manual and the interface that clients speak: none of them is a slip, in whatever action it comes.
DOCUMENTED = (
    "_id action admin customer date name points timestamp unix_timestamp source total transaction_id items product_id"
    " product_name product_url quantity subtotal price product_category email first_name last_name handler birth_date"
    " gender language country mobile_phone src referrer tags labels channel transaction_date total_quantity discount"
    " shipping points_burned points_rewarded auto_accept effective_timestamp sku amount reason expdate code item review"
    " review_id provider rating referred external_id account guest discounts prices county handle coupon coupons store"
    " store_id order_id invoice tax vat shipping_cost payment_method size color brand note comment campaign segment"
).split()


def refusal(action: str, **data: Any) -> str:
    [outcome] = send(event("ann", action, **data))
    return outcome.error.message if outcome.error else ""


@pytest.fixture(autouse=True)
def member() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))


def test_what_is_found_of_a_name_is_found_again_and_fills_no_memory() -> None:
    names = names_of(read_event_types(), [], registered_actions())

    assert [names.meant("expDate", action) for action in ("point_add", "point_add", "opt_in")] == [
        "expdate",
        "expdate",
        None,
    ]
    for number in range(near_misses.MOST_KEPT + 10):
        assert names.meant(f"{number} of mine", "point_add") is None
    assert names.meant("x" * 100_000, "point_add") is None
    assert len(names._found) == near_misses.MOST_KEPT
    assert names.meant("exp_date", "point_add") == "expdate"


@pytest.mark.parametrize(
    ("action", "name", "meant"),
    [
        ("point_add", "expiration_date", "expdate"),
        ("point_add", "expiry_date", "expdate"),
        ("point_add", "expDate", "expdate"),
        ("point_add", "exp_date", "expdate"),
        ("point_add", "expdaet", "expdate"),
        ("point_sub", "effective_timestmap", "effective_timestamp"),
        ("checkout", "pointsBurned", "points_burned"),
        ("checkout", "burned_points", "points_burned"),
        ("checkout", "auto_acept", "auto_accept"),
        ("checkout", "line_items", "items"),
        ("opt_in", "firstName", "first_name"),
        ("profile", "E-Mail", "email"),
        ("profile", "birthdate", "birth_date"),
        ("refund_item", "quanity", "quantity"),
        ("review_submit", "ratings_", "rating"),
    ],
)
def test_a_slip_is_refused_with_the_name_that_was_meant(action: str, name: str, meant: str) -> None:
    data = {"points": 5, "transaction_id": "T", "total": 10, "product_id": "A"}
    found = refusal(action, **data, **{name: "2030-01-31"})
    if name == "ratings_":
        # One and several are two names.
        assert found == ""
    else:
        assert f"'{name}' is no attribute of {action}" in found
        assert f"did you mean '{meant}'?" in found
    assert rows("SELECT count(*) FROM points_lot") == [(1,)]


def test_of_a_line_it_names_the_place() -> None:
    found = refusal("checkout", transaction_id="T", total=10, items=[{"price": 1}, {"price": 2, "quanttiy": 3}])
    assert "'quanttiy' is no attribute of items[1]" in found


def test_what_is_documented_is_never_a_slip_in_whatever_action() -> None:
    names = names_of(read_event_types(), [], registered_actions())
    slips = {
        (action, name): meant
        for action, known in names.by_action.items()
        for name in {*DOCUMENTED} - names.known
        for meant in _meant(name, known, names.synonyms)
    }
    assert slips == {}


def test_an_empty_one_is_left_alone() -> None:
    assert refusal("point_add", points=5, expiration_date=None) == ""


def test_what_the_brand_has_defined_is_its_own() -> None:
    rows("INSERT INTO events_eventtype (action, name, labels, description, default_points, one_time, exposed, factory)"
         " VALUES ('visit', 'Visit', '{}', '', 0, false, true, false)")  # fmt: skip
    EventAttribute.objects.create(event_type_id="visit", slug="expiration_date", type="any")
    assert refusal("point_add", points=5, expiration_date="2030-01-31") == ""


def test_actions_of_the_brand_take_what_they_are_sent() -> None:
    rows("INSERT INTO events_eventtype (action, name, labels, description, default_points, one_time, exposed, factory)"
         " VALUES ('visit', 'Visit', '{}', '', 0, false, true, false)")  # fmt: skip
    assert refusal("visit", expiration_date="2030-01-31", quanity=2) == ""
