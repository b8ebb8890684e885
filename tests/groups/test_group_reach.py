"""Which records somebody sees: the rule, case by case."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.sight.queries import reached
from loyalty.program.operations import apply_program
from loyalty.staff.models import User
from loyalty.staff.sight import sight_of
from tests.engine.world import accepted, merging
from tests.factories import make_customer
from tests.groups.groups import BY, groups_of, join, leave, make_groups, person, put, set_status, switch_on

pytestmark = pytest.mark.django_db


def seen_by(user: User) -> list[str]:
    """As the next request of the user would find it."""
    now = User.objects.with_roles().get(pk=user.pk)
    return sorted(Customer.objects.filter(reached(sight_of(now))).values_list("public_id", flat=True))


@pytest.fixture
def world() -> None:
    """Europe with Spain and France inside it; a customer of each, of none, and of two."""
    make_groups(europe=None, spain="europe", france="europe", asia=None)
    for name, slugs in {
        "e": ["europe"],
        "s": ["spain"],
        "f": ["france"],
        "a": ["asia"],
        "sa": ["spain", "asia"],
        "n": [],
    }.items():
        make_customer(name)
        for slug in slugs:
            assert put(name, slug).error is None
    switch_on()


def test_while_the_kind_is_off_everybody_sees_all(world: None) -> None:
    sue = person("sue", "manager", "spain")
    apply_program({"grouped_kinds": []}, by=BY)

    assert seen_by(sue) == ["a", "e", "f", "n", "s", "sa"]


def test_a_record_in_no_group_is_everybodys(world: None) -> None:
    assert seen_by(person("sue")) == ["n"]


def test_administrators_see_all(world: None) -> None:
    assert seen_by(person("ada", "administrator")) == ["a", "e", "f", "n", "s", "sa"]


def test_whoever_is_in_a_group_sees_its_records_and_no_other_groups(world: None) -> None:
    assert seen_by(person("sue", "manager", "spain")) == ["n", "s", "sa"]


def test_being_in_a_group_includes_those_inside_it(world: None) -> None:
    assert seen_by(person("eva", "manager", "europe")) == ["e", "f", "n", "s", "sa"]


def test_in_several_groups_one_sees_the_records_of_each(world: None) -> None:
    assert seen_by(person("sue", "manager", "france", "asia")) == ["a", "f", "n", "sa"]


def test_of_an_inactive_group_its_own_people_alone_see_the_records(world: None) -> None:
    eva, sue = person("eva", "manager", "europe"), person("sue", "manager", "spain")
    set_status("spain", "inactive")

    assert seen_by(eva) == ["e", "f", "n"]
    assert seen_by(sue) == ["n", "s"]
    assert seen_by(person("ada", "administrator")) == ["a", "e", "f", "n", "s", "sa"]


def test_a_record_in_an_active_group_too_is_seen_through_that_one_alone(world: None) -> None:
    sue, ann = person("sue", "manager", "spain"), person("ann", "manager", "asia")
    set_status("spain", "inactive")

    assert "sa" not in seen_by(sue)
    assert "sa" in seen_by(ann)


def test_an_inactive_group_leads_to_none_inside_it(world: None) -> None:
    eva = person("eva", "manager", "europe")
    set_status("europe", "inactive")

    assert seen_by(eva) == ["e", "n"]


def test_what_was_done_to_a_merged_profile_is_seen_by_whoever_sees_the_survivor(world: None) -> None:
    accepted(merging("s", "a"))
    sue, ana = person("sue", "manager", "spain"), person("ana", "manager", "france")

    assert groups_of("a") == ["asia", "spain"]
    assert {"s", "a"} <= set(seen_by(sue))
    assert {"s", "a"}.isdisjoint(seen_by(ana))


def test_whoever_leaves_a_group_does_not_see_it_any_more(world: None) -> None:
    sue = person("sue", "manager", "spain")
    leave(sue, "spain")
    join(sue, "france")

    assert seen_by(sue) == ["f", "n"]


def test_the_reach_costs_no_query_of_its_own(world: None) -> None:
    """It comes with the user, whether a kind is on or not."""
    client, sue = Client(), person("sue", "manager", "spain")
    client.force_login(sue)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/preferences/").status_code == 200
    of_groups = [one["sql"] for one in asked if "staff_usergroup" in one["sql"]]

    assert len(of_groups) == 1
    assert 'FROM "staff_user"' in of_groups[0]


def test_while_the_kind_is_off_no_statement_asks_for_groups_of_customers(client: Client) -> None:
    client.force_login(person("sue"))
    make_customer("n")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/customers/").status_code == 200

    assert [one["sql"] for one in asked if "grouping_customergroup" in one["sql"]] == []
