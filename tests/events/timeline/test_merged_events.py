"""The survivor's events are those of all profiles that were merged into it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.queries import family
from events.models import Event
from events.orders.queries import own_receipts
from events.timeline.pages import ORDER
from events.timeline.queries import PointsStatus, describe_events, events_of, events_per_profile, names
from events.types.models import EventType
from loyalty.engine.events import Incoming
from loyalty.points.ledger.models import Lot
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.ui.paging import page_of
from tests.factories import NOON, checkout, make_customer, make_order
from tests.factories import tell as record_all
from tests.merging import merge

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def anna() -> Customer:
    return make_customer("C-1")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def add(customer: str, points: int = 10, **data: Any) -> Incoming:
    return Incoming(customer, "point_add", {"points": points, **data})


def merged(anna: Customer, *ids: str) -> list[Customer]:
    """Profiles with a history that alternates with Anna's, merged into her."""
    others = [make_customer(public_id) for public_id in ids]
    for number in range(8):
        for place, public_id in enumerate(("C-1", *ids)):
            record_all(add(public_id, number + 1, expdate="2099-01-01"), at=NOON + (4 * number + place) * HOUR)
    for other in others:
        merge(other, anna, NOON + 100 * HOUR)
    return others


def page(client: Client, customer: Customer, path: str) -> str:
    answer = client.get(f"/customers/{customer.id}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def labels(html: str) -> list[str]:
    return re.findall(r'<p class="title">([^<]+)</p>', html)


@pytest.mark.parametrize("ids", [["M-1"], ["M-1", "M-2", "M-3"]])
def test_pages_of_the_timeline_run_through_all_profiles_both_ways(anna: Customer, ids: list[str]) -> None:
    merged(anna, *ids)
    profiles = family(anna.id)
    everything = list(events_of(profiles).order_by("-occurred_at", "-id"))
    assert {event.customer_id for event in everything} == set(profiles)
    found, cursor, pages = list[Event](), "", []
    while True:
        pages.append(
            page_of([rows.select_related("staff") for rows in events_per_profile(profiles)], ORDER, cursor, size=7)
        )
        found += pages[-1].rows
        if pages[-1].next is None:
            break
        cursor = pages[-1].next
    assert found == everything
    back = pages[-1]
    for expected in reversed(pages[:-1]):
        assert back.previous
        back = page_of(events_per_profile(profiles), ORDER, back.previous, size=7)
        assert back.rows == expected.rows


def test_the_filters_of_the_timeline_look_at_all_profiles(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1")
    record_all(checkout(other, "T-1", 20), add("C-1"))
    merge(other, anna)
    assert labels(page(staff, anna, "events/?action=checkout")) == ["Checkout"]
    assert sorted(labels(page(staff, anna, "events/?transaction_id=T-1"))) == ["Checkout", "Checkout item"]
    assert labels(page(staff, anna, "events/?action=opt_in")) == ["Opt in"] * 2


def test_without_merges_the_timeline_is_one_walk_of_its_index(anna: Customer) -> None:
    with CaptureQueriesContext(connection) as captured:
        page_of(events_per_profile(family(anna.id)), ORDER)
    [_, sql] = [query["sql"] for query in captured.captured_queries]
    assert "UNION" not in sql
    assert f'"customer_id" IN ({anna.id})' in sql


def test_what_an_event_of_a_merged_profile_caused_stands_below_it(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1")
    record_all(checkout(other, "T-1", 20), at=NOON + HOUR)
    merge(other, anna, NOON + 2 * HOUR)
    assert labels(page(staff, anna, "events/"))[2:4] == ["Checkout", "Checkout item"]
    item = Event.objects.get(action="checkout_item")
    html = page(staff, anna, f"events/{item.id}/")
    assert f"/customers/{anna.id}/events/{item.parent_id}/" in html
    html = page(staff, anna, f"events/{item.parent_id}/")
    assert f"/customers/{anna.id}/events/{item.id}/" in html


def test_the_details_of_a_merged_profiles_event_say_through_which_profile_it_came(
    staff: Client, anna: Customer
) -> None:
    [other] = merged(anna, "M-1")
    mine, theirs = (Event.objects.filter(customer=owner, action="point_add").first() for owner in (anna, other))
    assert mine
    assert theirs
    assert re.search(r"<dt>Merged profile</dt><dd[^>]*>M-1</dd>", page(staff, anna, f"events/{theirs.id}/"))
    assert "Merged profile" not in page(staff, anna, f"events/{mine.id}/")
    assert page(staff, anna, "events/").count("Through M-1") == 10


def test_what_came_in_by_a_merged_away_id_says_so(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1")
    merge(other, anna)
    event = Event.objects.create(
        customer=anna, action="profile", via_id=other.id, source="api", occurred_at=NOON, recorded_at=NOON,
        program_version=1,
    )  # fmt: skip
    assert re.search(r"<dt>Merged profile</dt><dd[^>]*>M-1</dd>", page(staff, anna, f"events/{event.id}/"))


def test_an_event_of_somebody_else_is_none_of_the_survivors(staff: Client, anna: Customer) -> None:
    merged(anna, "M-1")
    stranger = make_customer("S-1", points=5)
    event = Event.objects.filter(customer=stranger).first()
    assert event
    assert staff.get(f"/customers/{anna.id}/events/{event.id}/").status_code == 404


def test_the_ledger_of_an_event_shows_what_is_left_with_the_survivor(staff: Client, anna: Customer) -> None:
    other = make_customer("M-1", points=30)
    merge(other, anna)
    record_all(Incoming("C-1", "point_spend", {"points": 12}))
    event = Event.objects.get(customer=other, action="point_add")
    assert "18 of 30" in page(staff, anna, f"events/{event.id}/")
    assert "18 of 30" in page(staff, anna, f"events/{Event.objects.get(action='point_spend').id}/")


def test_the_status_of_points_is_that_of_the_survivors_lot(anna: Customer) -> None:
    other = make_customer("M-1")
    record_all(add("M-1", 30, expdate="2099-01-01"), add("M-1", 5, expdate="2099-02-01"))
    merge(other, anna)
    record_all(Incoming("C-1", "point_spend", {"points": 30}))
    profiles = family(anna.id)
    events = list(events_of(profiles, "point_add").order_by("id"))
    spent, left = describe_events(profiles, events, names(), NOON, expiring=True)
    assert (spent.status, left.status) == (PointsStatus.EXHAUSTED, None)
    Lot.objects.filter(customer=anna, event_id=left.event.id).update(remaining=0, expired=5)
    assert describe_events(profiles, [left.event], names(), NOON, expiring=True)[0].status == PointsStatus.EXPIRED


def test_the_order_of_a_merged_profile_is_the_survivors_with_its_events_in_both_streams(
    staff: Client, anna: Customer
) -> None:
    other = make_customer("M-1")
    order = make_order(other, "T-1", total=40)
    merge(other, anna)
    event = Event.objects.create(
        customer=anna, action="note", transaction_id="T-1", source="api", occurred_at=NOON + HOUR, recorded_at=NOON,
        program_version=1,
    )  # fmt: skip
    html = page(staff, anna, f"transactions/{order.id}/")
    told = re.findall(rf"/customers/{anna.id}/events/(\d+)/", html)
    assert sorted(map(int, told)) == sorted(Event.objects.filter(transaction_id="T-1").values_list("id", flat=True))
    assert str(event.id) in told
    # A line of the checkout stands below it, without a line of its own about where it came from.
    assert html.count("Through M-1") == 1
    detail = page(staff, anna, f"events/{order.event_id}/")
    assert f"/customers/{anna.id}/transactions/{order.id}/" in detail
    assert "T-1" in page(staff, anna, "transactions/")


def test_a_receipt_that_came_in_before_the_merge_is_the_customers_own_by_either_id(anna: Customer) -> None:
    other = make_customer("M-1")
    make_order(other, "T-1")
    make_order(other, "T-2", "draft")
    merge(other, anna)
    asked = [("M-1", "T-1"), ("C-1", "T-1"), ("C-1", "T-2"), ("C-1", "T-3")]
    assert own_receipts(asked) == {("M-1", "T-1"), ("C-1", "T-1")}


@pytest.mark.parametrize("path", ["events/", "events/{event}/", "transactions/{order}/"])
def test_pages_ask_as_much_for_one_merged_profile_as_for_three(staff: Client, anna: Customer, path: str) -> None:
    EventType.objects.get_or_create(action="note", defaults={"name": "Note"})
    counts = []
    for number in range(3):
        other = make_customer(f"M-{number}")
        order = make_order(other, f"T-{number}")
        record_all(add(other.public_id, 5, expdate="2099-01-01"), at=NOON + HOUR)
        merge(other, anna, NOON + 2 * HOUR)
        with CaptureQueriesContext(connection) as captured:
            page(staff, anna, path.format(event=order.event_id, order=order.id))
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
