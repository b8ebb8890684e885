"""Personal fields without the right come back nowhere: every page of staff is walked, with all that its forms and links ask.

A value that is not seen stands on no page, and no answer depends on it: each request is answered in the same way whatever
the field holds. A page, a filter or an order that forgets the rule is found without a line here.
"""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from customers.directory import pages as directory
from customers.directory.search import ListFilter
from customers.models import Customer
from customers.sight.queries import seen
from loyalty.api.keys.models import ApiKey
from loyalty.contributions import contributed
from loyalty.staff.models import User
from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.sight import Sight
from tests.sight.walking import ALL, Request, addresses, answers, differing, merges_in, requests_of, shown, without
from tests.sight.world import MARKERS, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # the admin's own templates


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    return make_world()


def test_there_is_a_marker_for_every_right_to_personal_data() -> None:
    assert set(MARKERS) == ALL


def test_every_personal_field_of_the_profile_asks_for_a_right_or_is_said_to_be_seen_by_all() -> None:
    """IDs name whoever is spoken of; instants and figures are what the pages of the programme are about."""
    everybodys = set(
        "public_id created_at updated_at optin_at last_login_at purchase_first_date purchase_last_date last_earn_date "
        "last_spend_date properties".split()
    )
    declared = {name for fields in contributed(PersonalFields) for name in fields.names}

    assert Customer.PERSONAL - declared == everybodys


def test_an_administrator_sees_every_marker(world: World) -> None:
    """The control: what the walk looks for is there to be found."""
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    found = answers(client, [Request(path) for path in addresses(world)])

    missing = [
        marker
        for markers in MARKERS.values()
        for marker in markers
        if not any(marker in text for text in found.values())
    ]
    assert missing == []


def test_no_page_shows_a_field_or_answers_by_it(world: World) -> None:
    client, asked = without(*ALL), requests_of(world, addresses(world))
    assert len(asked) > 200
    found = answers(client, asked)

    assert shown(found, ALL) == []
    assert differing(client, asked, found) == []


@pytest.mark.parametrize("right", sorted(ALL))
def test_each_field_goes_by_its_own_right(world: World, right: str) -> None:
    """Without one right its field is nowhere; all others are still shown."""
    own = f"/customers/{world.ann.id}/"
    events = [f"{own}events/{event}/" for event in world.samples("event_id", "customers")]
    paths = ["/customers/", own, f"{own}personal/", f"{own}notes/", f"{own}merge/{world.bob.id}/", *events]
    found = answers(without(right), [Request(path) for path in paths])
    others = {marker for other in ALL - {right} for marker in MARKERS[other]}

    assert shown(found, {right}) == []
    assert [marker for marker in others if not any(marker in text for text in found.values())] == []


# Controls: the walk finds whoever forgets the rule.


def _nothing_hidden(customer: Customer, sight: Sight) -> Customer:
    return customer


# Which page shows it then, and what is not to be seen.
FORGOTTEN: dict[str, tuple[str, Any, str, set[str]]] = {
    "a profile": ("customers.profile.mixins.seen", _nothing_hidden, "/customers/{ann}/", ALL),
    "the list": ("customers.directory.queries.seen", _nothing_hidden, "/customers/", ALL),
    "a merge": ("customers.merging.pages.seen", _nothing_hidden, "/customers/{ann}/merge/{bob}/", ALL),
    "duplicates": ("customers.merging.queries.seen", _nothing_hidden, "/customers/{ann}/", {"personal.names"}),
    "orders": ("events.transactions.pages.seen", _nothing_hidden, "/transactions/", ALL),
    "names in the trail": ("loyalty.trail.queries.seen", _nothing_hidden, "/audit/", ALL),
    "the trail": (
        "loyalty.trail.queries.seen_values",
        lambda _operation, _to, values, _sight: values,
        "/audit/export.csv",
        ALL,
    ),
    "approvals": (
        "loyalty.approvals.pages.seen_effects",
        lambda _operation, effects, _sight: effects,
        "/approvals/",
        ALL,
    ),
    "whose change it is": ("loyalty.approvals.pages.seen", _nothing_hidden, "/approvals/", ALL),
    "events": ("events.timeline.queries.seen_events", lambda events, _sight: events, "/customers/{ann}/events/", ALL),
}


@pytest.mark.parametrize("place", FORGOTTEN)
def test_a_place_that_forgets_to_hide_is_found(place: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target, instead, start, lacking = FORGOTTEN[place]
    asked = [
        Request(path) for path in addresses(world) if path.startswith(start.format(ann=world.ann.id, bob=world.bob.id))
    ]
    client = without(*lacking)
    assert shown(answers(client, asked), lacking) == []
    monkeypatch.setattr(target, instead)

    assert shown(answers(client, asked), lacking)


def test_a_list_that_sorts_and_filters_by_everything_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [one for one in requests_of(world, ["/customers/"]) if "country=" in one.query or "sort=" in one.query]
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.require", lambda self, *fields: None)

    found = differing(client, asked)

    assert any("country=AQ" in one for one in found)
    assert any("sort=email" in one for one in found)


def test_a_search_in_everything_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [one for one in requests_of(world, ["/customers/"]) if "q=" in one.query or one.posted]
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.sees", lambda self, field: True)

    monkeypatch.setattr("customers.directory.palette.sight_of", lambda user: Sight())

    found = differing(client, asked)

    assert any("q=Mkfirst" in one for one in found)
    assert any("/search/" in one for one in found)


def test_an_address_that_names_somebody_by_an_unseen_field_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.require_attributes", lambda self, names: None)

    assert differing(client, [Request("/customers/card:mk-card-1/"), *merges_in(world)])


def test_a_new_filter_that_names_no_field_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that another room adds: by the year of birth, which it does not say."""
    forgetful = ListFilter(
        "born",
        "Born",
        lambda: [("1987", "1987")],
        lambda years: Customer.objects.filter(birth_date__year__in=years).values("id"),
    )
    honest = replace(forgetful, fields=["birth_date"])
    offered = {"filter": forgetful}

    def planted(kind: type[Any]) -> Any:
        return [offered["filter"]] if kind is ListFilter else contributed(kind)

    monkeypatch.setattr(directory, "contributed", planted)
    asked = [request for request in requests_of(world, ["/customers/"]) if "born=1987" in request.query]
    client = without(*ALL)

    assert asked
    with transaction.atomic():
        assert differing(client, asked)
        transaction.set_rollback(True)
    offered["filter"] = honest
    assert differing(client, asked) == []


# What people are told


def test_what_is_not_seen_is_refused_in_words(world: World) -> None:
    client = without("personal.email", "personal.addresses", "personal.attributes")

    for query, words in {
        "sort=email": "see the email addresses of customers",
        "sort=-email": "see the email addresses of customers",
        "country=AQ": "see the countries and addresses of customers",
    }.items():
        answer = client.get(f"/customers/?{query}")
        assert answer.status_code == 403
        assert words in answer.content.decode()
        partial = client.get(f"/customers/?{query}", headers={"HX-Request": "true"})
        assert words in partial.headers["HX-Trigger"]
    answer = client.get("/customers/card:mk-card-1/")
    assert answer.status_code == 403
    assert "see the custom attributes of customers" in answer.content.decode()


def test_the_list_offers_nothing_by_what_is_not_seen(world: World) -> None:
    page = without(*ALL).get("/customers/").content.decode()

    assert 'placeholder="Customer ID"' in page
    assert not re.search(r'name="(country|gender)"|sort=-?(name|email)|value="-?(name|email)"', page)
    assert "C-1" in page


def test_keys_of_the_api_see_as_before(world: World) -> None:
    assert ApiKey.objects.count() == 0
    assert seen(world.ann, Sight()).email == "mk-mail@example.com"
