import datetime as dt
import re
from collections import Counter, defaultdict
from decimal import Decimal
from random import Random

import pytest

from loyalty.demo import shop
from loyalty.demo.batches import batches
from loyalty.demo.lives import DemoEvent, Period
from loyalty.demo.people import COUNTRIES
from loyalty.demo.story import Busy, demo_events, digest

YEAR = Period(dt.date(2025, 11, 1), dt.date(2026, 10, 31))


@pytest.fixture(scope="module")
def story() -> list[DemoEvent]:
    return demo_events(600, YEAR, 7)


def _of(story: list[DemoEvent], action: str) -> list[DemoEvent]:
    return [event for event in story if event.action == action]


def test_the_same_arguments_tell_the_same_story() -> None:
    first, again, other = (demo_events(40, YEAR, seed) for seed in (1, 1, 2))
    assert digest(first) == digest(again) != digest(other)
    assert len(first) > 100


def test_more_customers_change_nobodys_story() -> None:
    few = {event.customer for event in demo_events(10, YEAR, 3)}
    assert [event for event in demo_events(20, YEAR, 3) if event.customer in few] == demo_events(10, YEAR, 3)


def test_events_come_in_the_order_of_their_effect_and_within_the_period(story: list[DemoEvent]) -> None:
    moments = [event.at for event in story]
    assert moments == sorted(moments)
    assert YEAR.first <= moments[0].date() <= moments[-1].date() <= YEAR.last
    assert all(event.data["effective_timestamp"] == int(event.at.timestamp()) for event in story)


def test_names_languages_currencies_and_phones_belong_to_the_country(story: list[DemoEvent]) -> None:
    countries = {country.code: country for country in COUNTRIES}
    for event in _of(story, "opt_in"):
        data = event.data
        country = countries[data["country"]]
        assert (data["language"], data["currency"]) == (country.language, country.currency)
        assert data["first_name"] in country.names["female"] + country.names["male"]
        assert data["first_name"] in country.names[data.get("gender", "female")] or "gender" not in data
        assert data["last_name"] in country.families.replace("/", " ").split()
        assert data.get("mobile_phone", country.phone).startswith(country.phone)
        assert 10 <= sum(map(str.isdigit, data.get("mobile_phone", "0123456789"))) <= 13
        assert 18 <= 2026 - int(data.get("birth_date", "1980")[:4]) <= 85
    assert {event.data["country"] for event in _of(story, "opt_in")} == set(countries)


def test_addresses_are_unique_and_nobodys(story: list[DemoEvent]) -> None:
    addresses = [event.data["email"] for event in story if event.action in ("opt_in", "subscribe")]
    assert len(addresses) == len(set(addresses)) == 600
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d*@example\.(com|org|net)", address) for address in addresses)


def test_families_follow_the_gender_where_the_language_says_so(story: list[DemoEvent]) -> None:
    czech = [event.data for event in _of(story, "opt_in") if event.data["country"] == "CZ" and "gender" in event.data]
    assert czech
    assert all((data["gender"] == "female") == data["last_name"].endswith("á") for data in czech)


def test_a_receipt_adds_up(story: list[DemoEvent]) -> None:
    for event in _of(story, "checkout"):
        order = event.data
        lines = sum((item["subtotal"] for item in order["items"]), Decimal(0))
        assert order["total"] == lines + order.get("shipping", 0) - order.get("discount", 0) > 0
        assert order["total_quantity"] == sum(item["quantity"] for item in order["items"])
        assert order.get("points_burned", 0) * Decimal("0.01") == order.get("discount", 0)


def test_few_buy_often_and_many_once_or_never(story: list[DemoEvent]) -> None:
    bought = Counter(event.customer for event in _of(story, "checkout"))
    most = sorted(bought.values(), reverse=True)
    assert sum(most[: len(most) // 10]) > 0.3 * sum(most)
    assert sum(count == 1 for count in most) > 100
    assert len(bought) < 600


def test_december_is_busier_than_summer_and_saturday_than_monday() -> None:
    assert shop.busyness(dt.date(2025, 12, 13)) > 2 * shop.busyness(dt.date(2026, 7, 11))
    assert shop.busyness(dt.date(2025, 12, 13)) > shop.busyness(dt.date(2025, 12, 8))
    busy = Busy(YEAR)
    chosen = Counter(busy.days[index].month for index in busy.some(Random(1), 20_000, 0))
    assert chosen.most_common(1)[0][0] == 12
    assert chosen[7] < chosen[6] < chosen[11]


def test_inactive_customers_never_opted_in_and_spend_nothing(story: list[DemoEvent]) -> None:
    inactive = {event.customer for event in _of(story, "subscribe")}
    assert 20 < len(inactive) < 120
    assert not inactive & {event.customer for event in _of(story, "opt_in")}
    assert not any(event.data.get("points_burned") for event in story if event.customer in inactive)
    assert not inactive & {event.customer for event in _of(story, "point_spend")}


def test_few_orders_are_undone_and_none_twice(story: list[DemoEvent]) -> None:
    bought = [event.data["transaction_id"] for event in _of(story, "checkout")]
    ended = [
        event.data["transaction_id"]
        for action in ("refund", "refund_item", "partial_refund", "checkout_reject")
        for event in _of(story, action)
    ]
    assert len(set(ended)) == len(ended)
    assert set(ended) <= set(bought)
    assert 0.02 < len(ended) / len(bought) < 0.08


def test_baskets_wait_at_the_end_of_the_story(story: list[DemoEvent]) -> None:
    assert all((YEAR.last - event.at.date()).days < 7 for event in _of(story, "checkout_item"))
    bought = {event.data["transaction_id"] for event in _of(story, "checkout")}
    assert not bought & {event.data["transaction_id"] for event in _of(story, "checkout_item")}


def test_everything_that_the_demo_should_show_happens(story: list[DemoEvent]) -> None:
    assert {event.action for event in story} == {
        "opt_in", "subscribe", "checkout", "checkout_item", "checkout_reject", "refund", "refund_item", "partial_refund",
        "reserve_points", "point_add", "point_sub", "point_spend", "profile", "login", "birthday", "suspend", "unsuspend",
    }  # fmt: skip
    assert {event.source for event in story} == {"api", "import", "back_office", "timer"}
    assert any(event.data.get("points_burned") for event in story)
    assert all(event.data["reason"] for event in story if event.action.startswith("point_"))
    dates = [event.data["expdate"] for event in _of(story, "point_add") if "expdate" in event.data]
    assert min(dates) < "2026-10-01"
    assert max(dates) > "2026-12-01"


def test_batches_have_one_source_and_keep_every_customers_order(story: list[DemoEvent]) -> None:
    recorded: dict[str, list[DemoEvent]] = defaultdict(list)
    for source, batch in batches(story):
        assert {event.source for event in batch} == {source}
        for event in batch:
            recorded[event.customer].append(event)
    told: dict[str, list[DemoEvent]] = defaultdict(list)
    for event in story:
        told[event.customer].append(event)
    assert recorded == told
