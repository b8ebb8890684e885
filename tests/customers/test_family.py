"""After a merge the customer is the union of the profiles: who belongs to it, and where merged-away IDs lead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.directory.palette import find_customers
from customers.directory.queries import browse, find
from customers.directory.search import Filters
from customers.models import Customer
from customers.queries import family, family_at
from events.timeline.latest import latest_actions
from loyalty.engine.events import Incoming
from loyalty.points.ledger.queries import balances_of
from loyalty.points.overview.queries import strips_of
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, checkout, make_customer, make_order, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def anna() -> Customer:
    return make_customer("C-1", points=10, first_name="Anna")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def test_a_customer_without_merges_is_its_own_family(anna: Customer) -> None:
    assert family(anna.id) == [anna.id]


def test_a_family_begins_with_the_customer_and_follows_chains(anna: Customer) -> None:
    first, second = make_customer("M-1"), make_customer("M-2")
    merge(first, second)
    merge(second, anna)
    assert family(anna.id) == [anna.id, first.id, second.id]


def test_who_came_by_another_profile_belongs_from_that_ones_merge_on(anna: Customer) -> None:
    first, second, third = (make_customer(f"M-{number}") for number in (1, 2, 3))
    merge(first, second, NOON + DAY)
    merge(second, anna, NOON + 3 * DAY)
    merge(third, anna, NOON + 2 * DAY)
    ages = [family_at(anna.id, NOON + days * DAY) for days in (0, 1, 2, 3)]
    assert ages == [[anna.id], [anna.id], [anna.id, third.id], [anna.id, first.id, second.id, third.id]]


def test_a_family_takes_one_query_however_large(anna: Customer) -> None:
    for number in range(3):
        merge(make_customer(f"M-{number}"), anna)
        for read in (lambda: family(anna.id), lambda: family_at(anna.id, NOON)):
            with CaptureQueriesContext(connection) as captured:
                read()
            assert len(captured) == 1


def test_merged_away_profiles_are_in_no_list_and_an_old_id_finds_the_survivor(anna: Customer) -> None:
    merge(make_customer("M-1", first_name="Anna"), anna)
    assert [row.customer for row in browse(Filters(), "name").rows] == [anna]
    assert [row.customer for row in browse(Filters(), "-score").rows] == [anna]
    assert [row.customer for row in find("Anna", Filters(), "name").rows] == [anna]
    assert [row.customer for row in find("M-1", Filters(), "name").rows] == [anna]


def test_the_palette_finds_the_survivor_by_an_old_id(anna: Customer) -> None:
    merge(make_customer("M-1"), anna)
    found = find_customers(User.objects.create_user("dana", role=Role.MANAGER), "M-1")
    assert [row.url for row in found.results] == [f"/customers/{anna.id}/"]


def test_the_brands_transactions_are_the_survivors_and_an_old_id_finds_them(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1", first_name="Bea")
    make_order(other, "T-1")
    merge(other, anna)
    for query in ("", "?customer=M-1", "?customer=C-1"):
        text = staff.get(f"/transactions/{query}").content.decode()
        assert "T-1" in text
        assert f"/customers/{anna.id}/" in text
        assert f"/customers/{other.id}/" not in text
        assert "Bea" not in text


def test_latest_actions_are_those_of_all_profiles_by_effect(anna: Customer) -> None:
    others = [make_customer(f"M-{number}", at=NOON - number * DAY) for number in (1, 2)]
    tell(checkout(others[0], "T-1", 20), at=NOON + DAY)
    tell(Incoming("M-2", "point_add", {"points": 5}), at=NOON + 2 * DAY)
    for other in others:
        merge(other, anna, NOON + 3 * DAY)
    found = [(one.event.action, one.points) for one in latest_actions(family(anna.id))]
    assert found[4:7] == [("point_add", 5), ("checkout", 20), ("point_add", 10)]
    assert [action for action, _ in found[:4]] == ["customer_merge"] * 4
    assert found[7] == ("opt_in", 0)


def test_months_count_what_merged_profiles_moved(anna: Customer) -> None:
    other = make_customer("M-1", points=30)
    tell(Incoming("M-1", "point_spend", {"points": 4}))
    merge(other, anna)
    [strip] = strips_of(family(anna.id), [balances_of(anna.id)[0]], NOON)
    assert (strip.months[-1].earned, strip.months[-1].spent, strip.months[-1].change) == (40, 4, 36)
    assert strip.balance.spendable == 36


def test_the_overview_asks_as_much_for_one_merged_profile_as_for_three(staff: Client, anna: Customer) -> None:
    counts = []
    for number in range(3):
        merge(make_customer(f"M-{number}", points=5), anna)
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(f"/customers/{anna.id}/").status_code == 200
        counts.append(len(captured))
    assert len(set(counts)) == 1


def test_the_pages_of_a_merged_away_profile_are_the_survivors(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1")
    merge(other, anna)
    for address in ("", "events/", "points/", "transactions/"):
        answer = staff.get(f"/customers/{other.id}/{address}")
        assert (answer.status_code, answer["Location"]) == (302, f"/customers/{anna.id}/{address}")
