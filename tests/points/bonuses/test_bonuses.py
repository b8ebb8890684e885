"""What bonuses give: for what, when, how they add up, and what is kept of it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from events.orders.models import Transaction
from loyalty.accounts.models import Account
from tests.engine.world import NOW, accepted, configure, event, rows
from tests.points.bonuses.bonus import bonus, why

pytestmark = pytest.mark.django_db
SHOES = {"product_id": "S-1", "product_category": "Shoes", "subtotal": 50}
HATS = {"product_id": "H-1", "product_category": "Hats", "subtotal": 150}
GIFT_CARD = {"product_id": "G-1", "product_category": "Gift cards", "subtotal": 20}


def order(transaction_id: str = "T1", *items: dict[str, Any], at: dt.datetime = NOW, **data: Any) -> int:
    """What an order earns."""
    total = data.pop("total", sum(item["subtotal"] for item in items))
    accepted(event("ann", "checkout", transaction_id=transaction_id, total=total, items=[*items], **data), at=at)
    return Transaction.objects.get(transaction_id=transaction_id).earned


def test_a_multiplier_of_everything_multiplies_the_whole_order() -> None:
    bonus("2", name="Double points")

    assert order(total=200) == 400
    assert why() == ["200 EUR × 100 % = 200 points", "Double points (×2 on 200 EUR): +200", "Together: 400 points"]


def test_a_category_multiplies_the_lines_that_have_it() -> None:
    bonus("2", name="Double points", categories=["shoes"])

    assert order("T1", SHOES, HATS) == 250
    assert why() == [
        "200 EUR × 100 % = 200 points",
        "Double points (×2 on 50 EUR of Shoes): +50",
        "Together: 250 points",
    ]
    assert order("T2", HATS) == 150


def test_a_product_multiplies_the_lines_that_are_it() -> None:
    bonus("3", products=["H-1", "H-2"])

    assert order("T1", SHOES, HATS) == 200 + 300
    assert order("T2", SHOES) == 50


def test_products_and_categories_must_both_match() -> None:
    bonus("3", products=["S-1"], categories=["Hats"])

    assert order("T1", SHOES, HATS) == 200


def test_matching_lines_multiply_at_most_what_the_order_costs() -> None:
    bonus("2", categories=["Hats"])

    # 150 at the shelf, 120 at the till.
    assert order("T1", HATS, total=120) == 240


def test_a_channel_is_the_orders_whatever_its_case() -> None:
    bonus(points=10, channels=["Web", "app"])

    assert [order(f"T{place}", total=1, channel=name) for place, name in enumerate(["web", "APP", "shop"])] == [
        11,
        11,
        1,
    ]
    assert order("T9", total=1) == 1


def test_a_currency_is_a_condition() -> None:
    configure(earn_in_unknown_currencies=True)
    bonus("2", currency="USD")

    assert (order("T1", total=10, currency="usd"), order("T2", total=10)) == (20, 10)


def test_a_minimum_is_of_what_the_bonus_is_about() -> None:
    bonus(points=100, minimum=Decimal(60), currency="EUR", categories=["shoes"])

    assert order("T1", SHOES, HATS) == 200
    assert order("T2", SHOES, {**SHOES, "product_id": "S-2", "subtotal": 10}) == 160


def test_fixed_points_come_once_an_order() -> None:
    bonus(points=25, name="Shoe week", categories=["shoes"])

    assert order("T1", SHOES, {**SHOES, "product_id": "S-2"}) == 125
    assert why()[1:] == ["Shoe week (for 100 EUR of Shoes): +25", "Together: 125 points"]


def test_an_order_of_nothing_gets_no_bonus() -> None:
    bonus(points=25)

    assert order(total=0) == 0


def test_multipliers_add_up_their_extra_parts() -> None:
    bonus("2")
    bonus("3", categories=["hats"])

    # 150 of it at 2 + 3 − 1 = 4, the other 50 at 2.
    assert order("T1", SHOES, HATS) == 600 + 100


def test_what_a_multiplier_of_0_matches_earns_nothing_whatever_else_does() -> None:
    bonus("0", name="No points on gift cards", categories=["gift cards"])
    bonus("2", name="Double points")
    bonus("3", categories=["Gift cards"])

    assert order("T1", HATS, GIFT_CARD) == 300
    assert why() == [
        "No points on gift cards: 20 EUR of Gift cards earns nothing",
        "150 EUR × 100 % = 150 points",
        "Double points (×2 on 150 EUR): +150",
        "Together: 300 points",
    ]


def test_a_multiplier_below_1_lowers_what_is_earned_but_never_below_nothing() -> None:
    bonus("0.5", name="Half")
    assert order("T1", total=10) == 5

    bonus("0.25")
    bonus("0.1")
    assert order("T2", total=10) == 0


def test_a_bonus_of_another_account_or_one_that_is_switched_off_gives_nothing() -> None:
    bonus("2", active=False)
    other = bonus("3")
    other.account = Account.objects.create(slug="other", name="Other")
    other.save()

    assert order(total=10) == 10


def test_a_change_of_a_bonus_is_a_new_version_of_the_programme() -> None:
    made = bonus("2")
    assert order("T1", total=10) == 20
    made.multiplier = Decimal(3)
    made.save()
    assert order("T2", total=10) == 30

    versions = [version for (version,) in rows("SELECT program_version FROM events_event ORDER BY id")]
    assert versions[0] < versions[-1]


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        ("2026-03-27T22:59:59+00:00", False),
        ("2026-03-27T23:00:00+00:00", True),  # The 28th begins at one hour from UTC …
        ("2026-03-29T21:59:59+00:00", True),
        ("2026-03-29T22:00:00+00:00", False),  # … and the 29th, a day of 23 hours, ends at two.
    ],
)
def test_days_are_the_programmes_from_their_first_to_their_last_instant(settings: Any, at: str, is_on: bool) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    bonus("2", first_day=dt.date(2026, 3, 28), last_day=dt.date(2026, 3, 29))

    assert order(total=10, at=dt.datetime.fromisoformat(at)) == (20 if is_on else 10)


def test_a_backdated_order_gets_the_bonuses_of_its_day() -> None:
    bonus("2", last_day=dt.date(2026, 2, 27))
    then = dt.datetime(2026, 2, 27, 12, tzinfo=dt.UTC)

    assert order("T1", total=10, effective_timestamp=int(then.timestamp())) == 20
    assert order("T2", total=10) == 10


def test_where_earning_is_per_item_each_line_is_looked_at_by_itself() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")
    bonus("2", categories=["shoes"])
    bonus(points=5, minimum=Decimal(60), currency="EUR", channels=["web"])

    assert order("T1", SHOES, HATS, channel="web") == 100 + 155
    assert [points for (points,) in rows("SELECT points FROM points_lot ORDER BY id")] == [100, 155]
    found = Transaction.objects.get()
    assert (found.earned, found.bonus) == (255, 55)


def test_each_part_is_rounded_by_the_accounts_rule() -> None:
    rows("UPDATE points_earningrule SET rounding = 'down', percentage = 33")
    bonus("1.5", categories=["shoes"])

    # 66 of the order, and 8.25 more.
    assert order("T1", SHOES, HATS) == 74


def test_bonus_points_of_a_pending_order_are_pending() -> None:
    rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
    bonus("2")

    assert order(total=10) == 20
    assert rows("SELECT pending, earned FROM points_balance") == [(20, 0)]
    accepted(event("ann", "checkout_accept", transaction_id="T1"))
    assert rows("SELECT pending, earned FROM points_balance") == [(0, 20)]
    assert why()[-1] == "Together: 20 points"


def test_an_order_that_is_updated_keeps_the_day_and_the_channel_of_its_checkout() -> None:
    rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
    bonus("2", last_day=NOW.date())
    bonus(points=5, channels=["web"])
    assert order(total=10, channel="web") == 25

    accepted(event("ann", "checkout_update", transaction_id="T1", total=12), at=NOW + dt.timedelta(days=2))
    assert Transaction.objects.get().earned == 29
    accepted(event("ann", "checkout_update", transaction_id="T1", total=12, channel="shop"))
    assert Transaction.objects.get().earned == 24


def test_a_refund_takes_the_bonus_back_with_the_rest() -> None:
    bonus("2")
    order(total=10)

    accepted(event("ann", "partial_refund", transaction_id="T1", amount=5))

    assert rows("SELECT earned FROM points_balance") == [(10,)]
