"""`/v1/customers/{id}/events`: what each event tells, in which order, and by what the list is narrowed."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.models import Event
from loyalty.accounts.models import Account
from loyalty.engine.events import Actor
from loyalty.engine.record import record
from loyalty.points.ledger.models import Balance, Lot
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event
from tests.events.api.reading import KEY, all_pages, get, refused
from tests.merging import merge

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY, "Reader")


def told(client: Client, query: str = "", customer: str = "ann") -> list[Any]:
    found: list[Any] = get(client, f"customers/{customer}/events", query)["payload"]["events"]
    return found


def add(points: int, customer: str = "ann", **data: Any) -> Any:
    return event(customer, "point_add", points=points, **data)


def one(action: str, **where: Any) -> Event:
    return Event.objects.get(action=action, **where)


def test_an_order_is_told_event_by_event(client: Client) -> None:
    configure(earn_in_unknown_currencies=True)
    till = Actor("api", ip_address="87.97.9.123", user_agent="Till/3")
    record([event("ann", "opt_in"), add(100, expdate="2027-01-31")], by=till, at=AT)
    item: dict[str, Any] = {"product_id": "MUG", "quantity": 2, "subtotal": "59.98"}
    order = event(
        "ann", "checkout", transaction_id="T-1", total="59.98", points_burned=30, items=[item], currency="GBP"
    )
    record([order], by=till, at=AT + HOUR)
    checkout, burn, line = one("checkout"), one("point_burn"), one("checkout_item")
    same = {
        "timestamp": "2026-03-02T00:30:00+00:00",
        "unix_timestamp": 1772411400,
        "process_timestamp": "2026-03-02T00:30:00+00:00",
        "date": "2026-03-02",
        "ip_address": "87.97.9.123",
        "user_agent": "Till/3",
        "customer": "ann",
        "admin": False,
        "source": "Events API",
        "cid": str(checkout.id),
    }

    found = {one["action"]: one for one in told(client)}

    assert list(found) == [event.action for event in Event.objects.order_by("-occurred_at", "-id")]
    assert found["checkout"] == {
        **same,
        "_id": str(checkout.id),
        "action": "checkout",
        "points": 60,
        "properties": {"transaction_id": "T-1", "total": "59.98", "points_burned": 30, "currency": "GBP"},
        "hash": "checkout-T-1",
        "account": "main",
        "snapshot": found["checkout"]["snapshot"],
        "expired": False,
    }
    assert found["checkout_item"] == {
        **same,
        "_id": str(line.id),
        "action": "checkout_item",
        "points": 0,
        "properties": {"transaction_id": "T-1", **item, "currency": "GBP"},
        "hash": "checkout_item-T-1-MUG",
        "parent": str(checkout.id),
        "snapshot": {"score": 160, "spent": 30, "pending": 0, "expired": 0},
    }
    assert (found["point_burn"]["points"], found["point_burn"]["parent"]) == (-30, str(checkout.id))
    added = found["point_add"]
    assert (added["expdate"], added["usages"], added["used_points"]) == ("2027-01-31", {str(burn.id): 30}, 30)
    assert (added["cid"], added["expired"]) == (added["_id"], False)
    assert added["snapshot"] == {"score": 100, "spent": 0, "pending": 0, "expired": 0}
    assert "account" not in found["opt_in"]


def test_only_what_may_come_once_has_a_hash(client: Client) -> None:
    accepted(event("ann", "opt_in"), event("ann", "checkout", transaction_id="T-1", total=5, items=[{"subtotal": 5}]))
    accepted(event("ann", "partial_refund", transaction_id="T-1", amount=1), add(1, transaction_id="T-1"))

    assert {one["hash"] for one in told(client) if "hash" in one} == {"checkout-T-1"}


def test_staff_are_named_by_their_id(client: Client) -> None:
    dana = User.objects.create_user("dana", role=Role.MANAGER)
    accepted(event("ann", "opt_in"))
    record([add(5)], by=Actor("back_office", staff_id=dana.pk), at=AT + DAY)

    found = told(client, "filter[action][eq]=point_add")[0]

    assert (found["admin"], found["user_id"], found["source"]) == (True, dana.pk, "Platform")


def test_a_changed_date_is_told_with_who_changed_it_last(client: Client) -> None:
    dana = User.objects.create_user("dana", role=Role.MANAGER)
    accepted(event("ann", "opt_in"), add(5), add(6), at=AT)
    five, six = Event.objects.filter(action="point_add").order_by("id")
    for number, day in enumerate(("2027-01-01", "2027-05-05")):
        change = event("ann", "point_expiration", events=[str(five.id)], expdate=day)
        record([change], by=Actor("back_office", staff_id=dana.pk), at=AT + (number + 1) * DAY)
    accepted(event("ann", "point_expiration", events=[str(six.id)], expdate="2027-02-02"), at=AT + 3 * DAY)

    found = {one["_id"]: one for one in told(client)}

    assert found[str(five.id)]["change"] == {"id": str(five.id), "at": "2026-03-03T23:30:00+00:00", "by": str(dana.pk)}
    assert found[str(six.id)]["change"] == {"id": str(six.id), "at": "2026-03-04T23:30:00+00:00"}
    assert found[str(five.id)]["expdate"] == "2027-05-05"
    assert [one["action"] for one in found.values() if "change" in one] == ["point_add", "point_add"]


def test_the_last_day_of_points_is_the_programme_s(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    accepted(event("ann", "opt_in"), add(5, expdate="2027-01-31"), at=AT)

    assert told(client, "filter[expdate][eq]=2027-01-31")[0]["expdate"] == "2027-01-31"


def test_points_that_are_used_up_or_expired_are_told_so(client: Client) -> None:
    accepted(event("ann", "opt_in"), add(10), add(20), at=AT)
    accepted(event("ann", "point_spend", points=10), at=AT + DAY)
    accepted(event("ann", "point_unspend", points=4), at=AT + 2 * DAY)
    accepted(event("ann", "point_sub", points=4), at=AT + 3 * DAY)
    spent, given, taken = (one(action) for action in ("point_spend", "point_unspend", "point_sub"))

    first, second = told(client, "filter[action][eq]=point_add&sort[0][field]=points&sort[0][direction]=asc")

    assert first["usages"] == {str(spent.id): 10, str(given.id): -4, str(taken.id): 4}
    assert (first["used_points"], first["expired"]) == (10, True)
    assert ("usages" in second, "used_points" in second, second["expired"]) == (False, False, False)


STORY: list[tuple[str, dict[str, Any]]] = [
    ("point_add", {"points": 50, "expdate": "2026-03-20"}),
    ("point_add", {"points": 500}),
    ("checkout", {"transaction_id": "T-1", "total": 100, "points_burned": 70}),
    ("checkout", {"transaction_id": "T-2", "total": 40, "points_burned": 5}),
    ("checkout_accept", {"transaction_id": "T-1"}),
    ("point_spend", {"points": 11}),
    ("reserve_points", {"transaction_id": "T-3", "points": 20}),
    ("partial_refund", {"transaction_id": "T-1", "amount": 33}),
    ("checkout_reject", {"transaction_id": "T-2"}),
    ("point_unspend", {"points": 3}),
    ("release_points", {"transaction_id": "T-3"}),
    ("point_fix", {"points": -7}),
    ("refund", {"transaction_id": "T-1"}),
]


def figures(customer: str) -> dict[str, int]:
    found = Balance.objects.get(customer__public_id=customer, account__is_default=True)
    return {"score": found.earned, "spent": found.spent, "pending": found.pending, "expired": found.expired}


def play(client: Client, customer: str, prefix: str, at: dt.datetime) -> dict[str, dict[str, int]]:
    """Record the story; the figures after each of its requests, by the last event of it."""
    seen = {}
    for number, (action, data) in enumerate(STORY):
        named = {**data, **({"transaction_id": prefix + data["transaction_id"]} if "transaction_id" in data else {})}
        accepted(event(customer, action, **named), at=at + number * HOUR)
        last = Event.objects.filter(customer__public_id=customer).latest("id")
        seen[str(last.id)] = figures(customer)
    return seen


def test_a_snapshot_is_what_the_balance_was_right_after_each_event(client: Client) -> None:
    configure(checkout_accept=True)
    accepted(event("ann", "opt_in"), at=AT)
    seen = play(client, "ann", "", AT)
    assert len({tuple(one.values()) for one in seen.values()}) > 9

    found = {one["_id"]: one["snapshot"] for one in told(client)}

    assert {id: found[id] for id in seen} == seen


def test_snapshots_of_a_merged_profile_are_its_own_and_count_for_the_survivor_from_the_merge_on(client: Client) -> None:
    """A chain: bob goes into eve, eve into ann; all three act before, between and after."""
    configure(checkout_accept=True)
    ann, bob, eve = (make(name) for name in ("ann", "bob", "eve"))
    seen = dict[str, dict[str, int]]()
    for name in ("bob", "ann", "eve"):
        seen |= play(client, name, name, AT)
    merge(bob, eve, AT + 2 * DAY)
    seen |= play(client, "eve", "e2", AT + 3 * DAY)
    merge(eve, ann, AT + 5 * DAY)
    seen |= play(client, "ann", "a2", AT + 6 * DAY)
    last = Event.objects.filter(customer=ann, action="customer_merge").get()

    found = {one["_id"]: one for one in told(client, "limit=1000")}

    assert {id: found[id]["snapshot"] for id in seen} == seen
    assert len(found) == Event.objects.count()
    assert {one["customer"] for one in found.values()} == {"ann"}
    assert {one.get("original") for one in found.values()} == {None, "bob", "eve"}
    before = {id: one for id, one in seen.items() if int(id) < last.id}
    assert found[str(last.id)]["snapshot"]["score"] == sum(
        max((int(id), one["score"]) for id, one in before.items() if found[id].get("original") == name)[1]
        for name in (None, "eve")
    )


def make(name: str) -> Customer:
    accepted(event(name, "opt_in"), at=AT)
    return Customer.objects.get(public_id=name)


def test_uses_add_up_to_what_is_no_longer_in_the_lots(client: Client) -> None:
    configure(checkout_accept=True)
    ann, bob = make("ann"), make("bob")
    for name in ("ann", "bob"):
        play(client, name, name, AT)
    merge(bob, ann, AT + 2 * DAY)
    accepted(event("ann", "point_spend", points=600), at=AT + 3 * DAY)
    used = {str(lot.event_id): lot.points - lot.remaining - lot.expired for lot in Lot.objects.filter(customer=ann)}

    found = {one["_id"]: one for one in told(client, "limit=1000") if "expired" in one}

    assert {id: one.get("used_points", 0) for id, one in found.items()} == used
    assert all(sum(one["usages"].values()) == one["used_points"] for one in found.values() if "usages" in one)
    assert {one["expired"] for one in found.values()} == {True, False}


@pytest.fixture
def various() -> list[str]:
    """Ann's events by their points: 1 to 5 in two accounts, on four days."""
    Account.objects.create(slug="extra", name="Extra")
    configure(multi_accounts=True)
    accepted(event("ann", "opt_in"), at=AT - DAY)
    accepted(add(1, expdate="2027-01-01"), event("ann", "point_add", account="extra", points=2), at=AT)
    accepted(add(3, expdate="2027-02-01"), at=AT + HOUR)
    accepted(event("ann", "point_fix", points=4), at=AT + DAY)
    accepted(event("ann", "point_add", account="extra", points=5, expdate="2026-12-31"), at=AT + 2 * DAY)
    return ["ann"]


def points(client: Client, query: str) -> list[int]:
    return [one["points"] for one in told(client, query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1, 0]),
        ("filter[points][eq]=3", [3]),
        ("filter[points][gt]=2&filter[points][lte]=4", [4, 3]),
        ("filter[points][gte]=-1&filter[points][lt]=2", [1, 0]),
        ("filter[action][eq]=point_fix", [4]),
        ("filter[action][gt]=point_add", [4]),
        ("filter[action][lt]=p", [0]),
        ("filter[action][eq]=Point_fix", []),
        ("filter[date][eq]=2026-03-01", [2, 1]),
        ("filter[date][gte]=2026-03-02&filter[date][lte]=2026-03-03", [5, 4, 3]),
        ("filter[date][gte]=2026-03-03", [5]),
        ("filter[date][lt]=2026-03", [0]),
        ("filter[date][eq]=yesterday", []),
        ("filter[account][eq]=extra", [5, 2]),
        ("filter[account][lt]=f", [5, 2]),
        ("filter[account][gt]=extra", [4, 3, 1]),
        ("filter[expdate][eq]=2027-01-01", [1]),
        ("filter[expdate][lte]=2027-01", [5]),
        ("filter[expdate][gt]=2026-12-31&filter[action][eq]=point_add", [3, 1]),
        ("sort[0][field]=points&sort[0][direction]=asc", [0, 1, 2, 3, 4, 5]),
        ("sort[0][field]=date&sort[0][direction]=asc", [0, 1, 2, 3, 4, 5]),
        ("sort[0][field]=date&sort[0][direction]=desc", [5, 4, 3, 2, 1, 0]),
        ("sort[0][field]=date&sort[0][direction]=asc&sort[1][field]=points&sort[1][direction]=desc", [0, 2, 1, 4, 3, 5]),
        ("sort[0][field]=action&sort[0][direction]=desc&sort[1][field]=date&sort[1][direction]=asc", [4, 1, 2, 3, 5, 0]),
        ("sort[0][field]=account&sort[0][direction]=asc", [2, 5, 1, 3, 4, 0]),
        ("sort[0][field]=expdate&sort[0][direction]=asc&limit=3", [5, 1, 3]),
        ("sort[0][field]=points&sort[0][direction]=asc&limit=2&offset=3", [3, 4]),
        ("offset=6", []),
    ],
)  # fmt: skip
def test_events_are_filtered_and_sorted(client: Client, various: list[str], query: str, found: list[int]) -> None:
    """23:30 in UTC is another day in other zones: a day here is that of the time beside it."""
    assert points(client, query) == found


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("filter[points][eq]=1.5", "filter[points][eq]"),
        ("filter[points][eq]=10000000000000000000", "filter[points][eq]"),
        ("filter[points][in]=1", "filter[points][in]"),
        ("filter[customer][eq]=ann", "filter[customer][eq]"),
        ("filter[action][eq]=a%00b", "filter[action][eq]"),
        (f"filter[action][eq]={'a' * 501}", "filter[action][eq]"),
        ("sort[0][field]=source&sort[0][direction]=asc", "sort[0][field]"),
        ("limit=1001", "limit"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_its_name(client: Client, query: str, named: str) -> None:
    accepted(event("ann", "opt_in"))

    assert named in refused(client, "customers/ann/events", query)


@pytest.mark.parametrize(
    "order", ["", "sort[0][field]=action&sort[0][direction]=asc", "sort[0][field]=date&sort[0][direction]=asc"]
)
def test_pages_of_a_family_have_no_gaps(client: Client, order: str) -> None:
    """All at one instant, and in three profiles."""
    ann, bob, eve = (make(name) for name in ("ann", "bob", "eve"))
    accepted(*(add(number + 1, name) for number in range(4) for name in ("ann", "bob", "eve")), at=AT)
    merge(bob, ann, AT)
    merge(eve, ann, AT)

    found = all_pages(client, "customers/ann/events", f"{order}&limit=4", "events")

    ids = [one["_id"] for one in found]
    assert len(set(ids)) == len(ids) == Event.objects.count()


def test_who_is_gone_or_was_never_there_has_no_events(client: Client) -> None:
    make("ann")
    accepted(event("ann", "opt_out"), at=AT)

    for name in ("ann", "nobody"):
        assert get(client, f"customers/{name}/events", status=404)["error"]["code"] == 160212


def test_a_page_of_one_and_of_three_take_the_same_queries(client: Client) -> None:
    make("bob")
    merge(Customer.objects.get(public_id="bob"), make("ann"), AT)
    numbers = []
    for number in range(3):
        accepted(event("ann", "checkout", transaction_id=f"T-{number}", total=10, points_burned=number), at=AT + DAY)
        accepted(event("ann", "point_spend", points=1), at=AT + DAY)
        with CaptureQueriesContext(connection) as captured:
            assert told(client, f"filter[action][eq]=checkout&limit={number + 1}")
        numbers.append(len(captured))

    assert numbers[0] == numbers[2]
