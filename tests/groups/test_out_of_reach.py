"""Records outside one's groups come back nowhere: every page of staff is walked, with all that its forms and links ask.

Nothing of a customer who is not seen stands on a page, no answer depends on whether there is one, and nothing is done to
one. A page, a filter, a count or an order that forgets the rule is found without a line here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client

from customers.notes.operations import add_note
from customers.operations import change_profile
from loyalty.program.operations import apply_program
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.staff.sight import OutOfReach, Sight
from tests.engine.world import rows
from tests.factories import NOON, checkout, make_customer, tell
from tests.groups.groups import BY, join, make_groups, put, switch_on
from tests.listing import all_of
from tests.sight.walking import ALL, Request, addresses, answers, requests_of, shown, without
from tests.sight.world import NO_IDENTITY, OTHERWISE, PROFILE, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # the admin's own templates


@pytest.fixture
def world() -> World:
    """Ann and Bob, with all that staff see of them, are in the group `g`; Vera is in the group `home`."""
    found = make_world()
    # A label is found by what it is called.
    rows("INSERT INTO labels_labelalias (slug, label_id) SELECT slug, id FROM labels_label")
    make_groups(home=None)
    make_customer("V-1", first_name="Vera", email="vera@example.com")
    assert put("V-1", "home").error is None
    switch_on()
    return found


def at_home() -> Client:
    """Somebody in the group `home` who may do everything that a role allows."""
    client = without()
    join(User.objects.get(username="pat"), "home")
    return client


# What in an address is about a customer.
ABOUT = {"customer_id", "other_id", "event_id", "note_id", "transaction_id", "identity", "id:approvals"}


def of_nobody(world: World) -> list[str]:
    """The pages that are about none of the two."""

    def samples(name: str, top: str) -> list[Any]:
        if {name, f"{name}:{top}"} & ABOUT:
            return []
        if f"{name}:{top}" == "id:audit":
            return [id for (id,) in rows("SELECT id FROM staff_auditentry WHERE customer_id IS NULL ORDER BY id")]
        return world.samples(name, top)

    return addresses(replace(world, samples=samples))


def test_a_page_about_a_customer_who_is_not_seen_does_not_exist(world: World) -> None:
    others = set(addresses(world)) - set(of_nobody(world))
    assert len(others) > 30
    found = answers(at_home(), [Request(path) for path in others])

    assert {request.path: text[:3] for request, text in found.items() if text[:3] not in {"404", "405"}} == {}
    assert shown(found, ALL) == []


def test_no_page_tells_of_a_customer_who_is_not_seen(world: World) -> None:
    _nothing_is_told(world, [Request(path) for path in of_nobody(world)])


@pytest.mark.prove
def test_nor_does_anything_that_a_page_offers_to_ask(world: World) -> None:
    asked = requests_of(world, of_nobody(world))
    assert len(asked) > 150
    _nothing_is_told(world, asked)


def test_a_search_a_filter_and_an_order_tell_of_nobody_who_is_not_seen(world: World) -> None:
    _nothing_is_told(world, requests_of(world, ["/customers/"]))


def _nothing_is_told(world: World, asked: Sequence[Request]) -> None:
    client = at_home()
    found = answers(client, [*asked])

    assert any("Vera" in text for text in found.values())
    assert shown({one: text for one, text in found.items() if not _repeats(one)}, ALL) == []
    assert [str(one) for one, text in found.items() if ">C-1<" in text or ">C-2<" in text] == []
    _change_what_is_not_seen(world)
    after = answers(client, [*asked])
    assert [str(one) for one in asked if found[one] != after[one]] == []


def _repeats(one: Request) -> bool:
    """The answer names the choice that was asked for."""
    return "country=" in one.query or "gender=" in one.query


def _change_what_is_not_seen(world: World) -> None:
    """Other values of all that the two have; and one more of them, with an order, a label, a list, a note, deeds of staff."""
    hidden = " WHERE public_id <> 'V-1'"
    with connection.cursor() as cursor:
        cursor.execute(OTHERWISE + hidden)
        cursor.execute(NO_IDENTITY + " AND customer_id IN (SELECT id FROM customers_customer WHERE public_id <> 'V-1')")
    profile = {name: value for name, value in PROFILE.items() if name != "card"}
    eve = make_customer("C-3", points=50, **profile)
    assert put("C-3", "g").error is None
    tell(checkout(eve, "T-3", 70))
    rows(
        "INSERT INTO labels_customerlabel (customer_id, label_id, since) SELECT %s, id, now() FROM labels_label",
        [eve.id],
    )
    rows(
        "INSERT INTO lists_listmember (customer_id, customer_list_id, since, event_id)"
        " SELECT %s, id, now(), 1 FROM lists_customerlist",
        [eve.id],
    )
    ada = Sender(User.objects.get(username="ada"), NOON)
    add_note(customer=eve, text="mk-note3", by=ada).result()
    change_profile(customer=eve, changes={"nickname": "Mknick3"}, by=ada).result()
    agent = User.objects.get(username="agent")
    join(agent, "g")
    change_profile(customer=eve, changes={"nickname": "Mknick4"}, by=Sender(agent, NOON))


def test_switched_off_the_walk_finds_everybody(world: World) -> None:
    """The control: what the walk looks for is there to be found."""
    apply_program({"grouped_kinds": []}, by=BY)
    found = answers(
        at_home(),
        [Request(path) for path in ("/customers/", "/transactions/", "/audit/", f"/customers/{world.ann.id}/")],
    )

    assert all(shown({request: text}, ALL) for request, text in found.items())


def test_nothing_is_done_to_a_customer_who_is_not_seen(world: World) -> None:
    at_home()
    by = Sender(User.objects.with_roles().get(username="pat"), NOON)
    with pytest.raises(OutOfReach):
        add_note(customer=world.ann, text="Hello", by=by)
    with pytest.raises(OutOfReach):
        change_profile(customer=world.ann, changes={"nickname": "Annie"}, by=by)


# Controls: the walk finds whoever forgets the rule.


def _everybody(sight: Sight, key: str = "pk") -> Q:
    return Q()


FORGOTTEN: dict[str, tuple[str, Callable[[World], list[str]]]] = {
    "the list": ("customers.directory.search.reached", lambda _world: ["/customers/"]),
    "a profile": ("customers.profile.mixins.reached", lambda world: [f"/customers/{world.ann.id}/"]),
    "orders": ("events.transactions.pages.reached", lambda _world: ["/transactions/"]),
    "the trail": ("loyalty.trail.queries.reached", lambda _world: ["/audit/", "/audit/export.csv"]),
    "approvals": ("loyalty.approvals.queries.reached", lambda _world: ["/approvals/"]),
    "labels": ("segments.labels.queries.reached", lambda _world: [f"/labels/{all_of('samples')['slug:labels'][0]}/"]),
    "lists": ("segments.lists.queries.reached", lambda _world: ["/lists/l/", "/lists/l/members.csv"]),
}


@pytest.mark.parametrize("place", FORGOTTEN)
def test_a_place_that_forgets_the_rule_is_found(place: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target, paths = FORGOTTEN[place]
    client, asked = at_home(), [Request(path) for path in paths(world)]
    before = answers(client, asked)
    assert shown(before, ALL) == []
    monkeypatch.setattr(target, _everybody)

    assert answers(client, asked) != before


def test_a_count_that_forgets_the_rule_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyalty.tiers.structures.queries.reached", _everybody)
    monkeypatch.setattr("segments.labels.queries.reached", _everybody)
    client, asked = at_home(), [Request(path) for path in ("/tiers/", "/labels/")]
    before = answers(client, asked)
    _change_what_is_not_seen(world)
    after = answers(client, asked)

    assert [one.path for one in asked if before[one] == after[one]] == []


def test_an_operation_that_forgets_the_rule_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home()
    by = Sender(User.objects.with_roles().get(username="pat"), NOON)
    monkeypatch.setattr("loyalty.staff.sight.is_out_of_reach", lambda _reach, _values: False)

    add_note(customer=world.ann, text="Hello", by=by).result()
