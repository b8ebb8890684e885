"""The survivor's points are told over all profiles that were merged into it."""

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.queries import family
from events.models import Event
from events.types.models import EventType
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.accounts.expiry import last_day
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.expiry import pages
from loyalty.points.expiry.queries import expiring_points
from loyalty.points.history.explain import Explanation, explain, explain_all
from loyalty.points.history.queries import Filters, daily_changes, history_of, movements
from loyalty.points.ledger.balances import balances_at, balances_by_effect
from loyalty.points.ledger.models import Balance, Lot, Pending
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, checkout, make_customer, make_order, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna() -> Customer:
    return make_customer("C-1")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def add(customer: str, points: int, **data: Any) -> Incoming:
    return Incoming(customer, "point_add", {"points": points, **data})


def spend(customer: str, points: int) -> Incoming:
    return Incoming(customer, "point_spend", {"points": points})


def merged_with_turns(anna: Customer) -> Customer:
    """Anna earns 10 and 40, Bea earns 30 and spends 5 between; then Bea is merged into Anna, who spends 60."""
    bea = make_customer("M-1")
    for hours, event in enumerate((add("C-1", 10), add("M-1", 30), spend("M-1", 5), add("C-1", 40)), start=1):
        tell(event, at=NOON + hours * HOUR)
    merge(bea, anna, NOON + 5 * HOUR)
    tell(spend("C-1", 60), at=NOON + 6 * HOUR)
    return bea


def id_of(customer: Customer, action: str) -> int:
    return Event.objects.filter(customer=customer, action=action).latest("id").id


def told(customer: Customer, event_id: int) -> Explanation:
    found = explain(family(customer.id), event_id)
    assert found
    return found


def figures(customer: Customer, at: datetime, now: datetime = NOON + 40 * DAY) -> dict[str, int]:
    [found] = balances_at(customer, at, now)
    names = ("earned", "spent", "expired", "reserved", "pending", "debt", "spendable")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


# The history


def test_the_running_balance_is_that_of_all_profiles_by_effect(anna: Customer) -> None:
    merged_with_turns(anna)
    found = movements(family(anna.id), Filters(), None, 100)
    assert [(row.points, row.balance) for row in found] == [(-60, 15), (40, 75), (-5, 35), (30, 40), (10, 10)]


def test_a_merge_itself_moves_nothing_in_the_history(anna: Customer) -> None:
    merged_with_turns(anna)
    found = movements(family(anna.id), Filters(), None, 100)
    assert not [row for row in found if "move" in row.kinds]


def test_a_debt_that_the_merge_repaid_is_in_the_history_without_changing_the_balance(anna: Customer) -> None:
    Account.objects.update(negative_points=True)
    bea = make_customer("M-1", points=30)
    tell(spend("C-1", 20), at=NOON + HOUR)
    merge(bea, anna, NOON + 2 * HOUR)
    found = movements(family(anna.id), Filters(), None, 100)
    assert [(row.kinds, row.points, row.balance) for row in found] == [
        (["repay"], 0, 10),
        (["spend"], -20, 10),
        (["earn"], 30, 30),
    ]


@pytest.mark.parametrize("profiles", [1, 3])
def test_pages_of_the_history_run_through_all_profiles_both_ways(anna: Customer, profiles: int) -> None:
    others = [make_customer(f"M-{number}") for number in range(profiles)]
    for number in range(12):
        owner = ["C-1", *(other.public_id for other in others)][number % (profiles + 1)]
        tell(add(owner, number + 1), at=NOON + number * HOUR)
    for other in others:
        merge(other, anna, NOON + DAY)
    members, cursor = family(anna.id), ""
    everything = movements(members, Filters(), None, 100)
    assert len(everything) == 12
    pages = [history_of(members, Filters(), "", 5)]
    while cursor := pages[-1].next or "":
        pages.append(history_of(members, Filters(), cursor, 5))
    assert [row for page in pages for row in page.rows] == everything
    back = history_of(members, Filters(), pages[-1].previous or "", 5)
    assert back.rows == pages[-2].rows


def test_the_filters_of_the_history_look_at_all_profiles(anna: Customer) -> None:
    merged_with_turns(anna)
    members = family(anna.id)

    def points(**filters: Any) -> list[int]:
        return [row.points for row in movements(members, Filters(**filters), None, 100)]

    assert points(kind="spend") == [-60, -5]
    assert points(since=NOON + 2 * HOUR, until=NOON + 4 * HOUR) == [-5, 30]


def test_the_chart_counts_what_all_profiles_moved(anna: Customer) -> None:
    merged_with_turns(anna)
    account = Account.objects.get(is_default=True)
    assert daily_changes(family(anna.id), account.id) == {NOON.date(): 15}


def test_the_page_tells_status_date_and_order_of_a_merged_profiles_points(staff: Client, anna: Customer) -> None:
    bea = make_customer("M-1")
    order = make_order(bea, "T-1", total=40)
    tell(add("M-1", 7, expdate="2099-12-31"))
    merge(bea, anna)
    tell(spend("C-1", 7))
    html = staff.get(f"/customers/{anna.id}/points/").content.decode()
    assert "EXHAUSTED" in html
    assert "31 Dec 2099" in html
    assert html.count("Through M-1") == 2
    assert f"/customers/{anna.id}/transactions/{order.id}/" in html
    assert f"/customers/{bea.id}/" not in html


def test_the_export_has_the_rows_of_all_profiles_under_the_survivors_id(staff: Client, anna: Customer) -> None:
    merged_with_turns(anna)
    answer = staff.get(f"/customers/{anna.id}/points/export.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["customer"], row["points"], row["balance"]) for row in rows] == [
        ("C-1", "-60", "15"), ("C-1", "40", "75"), ("C-1", "-5", "35"), ("C-1", "30", "40"), ("C-1", "10", "10"),
    ]  # fmt: skip


# Why these points


def test_a_merged_profiles_points_are_explained_through_their_later_uses(anna: Customer) -> None:
    bea = merged_with_turns(anna)
    one = told(anna, id_of(bea, "point_add"))
    [lot] = one.lots
    assert (lot.earned_by.id, lot.points, lot.left) == (id_of(bea, "point_add"), 30, 0)
    assert [(use.by.action, use.kind, use.points, use.left) for use in lot.uses] == [
        ("point_spend", "spend", -5, 25),
        ("point_spend", "spend", -25, 0),
    ]


def test_what_a_survivor_spends_names_the_events_that_earned_it_in_other_profiles(anna: Customer) -> None:
    bea = merged_with_turns(anna)
    one = told(anna, id_of(anna, "point_spend"))
    earned = {move.earned_by.id: move.points for move in one.moves if move.earned_by}
    assert earned[id_of(bea, "point_add")] == -25
    assert sum(earned.values()) == -60


def test_a_merge_is_explained_by_the_points_that_it_moved(anna: Customer) -> None:
    bea = merged_with_turns(anna)
    for customer, points in ((bea, -25), (anna, 25)):
        one = told(anna, id_of(customer, "customer_merge"))
        assert (one.points, one.lots) == ({}, [])
        [move] = one.moves
        assert move.earned_by
        assert (move.kind, move.points, move.earned_by.id) == ("move", points, id_of(bea, "point_add"))


def test_a_promise_of_a_merged_profile_is_told_where_it_was_made_and_kept(anna: Customer) -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    bea = make_customer("M-1")
    tell(Incoming("M-1", "visit", {}))
    merge(bea, anna)
    visit = id_of(bea, "visit")
    [promise] = told(anna, visit).promised
    assert (promise.by.id, promise.points, promise.settled_by) == (visit, 9, None)
    tell(Incoming("C-1", "pending_accept", {"event": visit}))
    [promise] = told(anna, visit).promised
    assert promise.settled_by
    assert (promise.settled_by.action, promise.kept) == ("pending_accept", True)


def test_all_explanations_are_those_of_each_event_of_the_family(anna: Customer) -> None:
    merged_with_turns(anna)
    tell(checkout(anna, "T-1", 20, points_burned=3))
    members = family(anna.id)
    everything = explain_all(members)
    assert {one.event.action for one in everything} >= {"customer_merge", "point_add", "point_spend", "checkout"}
    for one in everything:
        assert explain(members, one.event.id) == one


def test_the_command_and_the_panel_explain_a_merged_profiles_event(staff: Client, anna: Customer) -> None:
    bea = merged_with_turns(anna)
    out, event_id = StringIO(), id_of(bea, "point_add")
    call_command("explain", "M-1", event=event_id, json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert report["customer"] == "C-1"
    assert [use["points"] for use in report["events"][0]["lots"][0]["uses"]] == [-5, -25]
    answer = staff.get(f"/customers/{anna.id}/points/{event_id}/", headers=HTMX)
    assert answer.status_code == 200
    assert "30 points, none left" in answer.content.decode()


# Dates


def test_points_of_merged_profiles_are_offered_for_another_date_by_their_own_events(
    staff: Client, anna: Customer
) -> None:
    bea = make_customer("M-1", points=30)
    merge(bea, anna)
    html = staff.get(f"/customers/{anna.id}/points/expiration/").content.decode()
    event_id = id_of(bea, "point_add")
    assert re.findall(r'name="event" value="(\d+)" aria-label="([^"]+)"', html) == [
        (str(event_id), "Point add, 20 Nov 2026, 30 left")
    ]
    assert f"/customers/{anna.id}/events/{event_id}/" in html


def test_another_date_for_a_merged_profiles_points_is_recorded_with_the_survivor(staff: Client, anna: Customer) -> None:
    bea = make_customer("M-1", points=30)
    tell(add("C-1", 5))
    merge(bea, anna)
    event_id = id_of(bea, "point_add")
    address = f"/customers/{anna.id}/points/expiration/set/?event={event_id}"
    assert "30 points are chosen." in staff.get(address).content.decode()
    answer = staff.post(address, {"token": uuid4(), "ends": "day", "expdate": "2099-12-31"}, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()
    change = Event.objects.get(action="point_expiration")
    assert change.customer_id == anna.id
    assert change.data["changed"] == [{"event": str(event_id), "points": 30, "expdate": None}]
    lot = Lot.objects.get(customer=anna, event_id=event_id)
    assert lot.expires_at
    assert last_day(lot.expires_at) == date(2099, 12, 31)
    [story] = told(anna, event_id).lots
    assert [(change.points, change.now) for change in story.changes] == [(30, "2099-12-31")]
    assert [(change.by.id, change.points) for change in told(anna, change.id).changes] == [(change.id, 30)]


def test_pages_of_dates_follow_each_other_though_merged_rows_keep_older_ones(
    staff: Client, anna: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that stay with the merged profile have the same ids and other dates."""
    monkeypatch.setattr(pages, "PER_PAGE", 1)
    bea = make_customer("M-1")
    tell(add("M-1", 30, expdate="2090-01-01"), add("M-1", 20, expdate="2091-01-01"))
    merge(bea, anna)
    first = Lot.objects.filter(customer=anna).order_by("id")[0]
    Lot.objects.filter(customer=anna, id=first.id).update(expires_at=datetime(2095, 1, 1, tzinfo=UTC))
    tell(add("C-1", 10, expdate="2099-01-01"))
    found, query = [], ""
    while query is not None:
        html = staff.get(f"/customers/{anna.id}/points/expiration/{query}").content.decode()
        found += re.findall(r"(\d+) left", html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        query = following[1] if following else None  # type: ignore[assignment]
    assert found == ["20", "30", "10"]


def test_expiring_points_are_those_of_all_profiles(anna: Customer) -> None:
    bea = make_customer("M-1")
    tell(add("M-1", 30, expdate="2099-01-31"), add("C-1", 5, expdate="2099-01-31"), add("C-1", 2, expdate="2099-02-01"))
    merge(bea, anna)
    assert expiring_points(anna.id) == {date(2099, 1, 31): 35, date(2099, 2, 1): 2}


# The balance as of an instant


def test_a_merged_profiles_points_count_from_the_instant_of_the_merge_on(anna: Customer) -> None:
    merged_with_turns(anna)
    merged_at = NOON + 5 * HOUR
    assert figures(anna, merged_at - timedelta(microseconds=1)) == {"earned": 50, "spendable": 50}
    assert figures(anna, merged_at) == {"earned": 80, "spent": 5, "spendable": 75}
    assert figures(anna, NOON + 6 * HOUR) == {"earned": 80, "spent": 65, "spendable": 15}


def test_in_a_chain_the_points_count_from_the_last_merge_on(anna: Customer) -> None:
    first, second = make_customer("M-1", points=7), make_customer("M-2", points=20)
    merge(first, second, NOON + DAY)
    merge(second, anna, NOON + 2 * DAY)
    assert figures(anna, NOON + DAY) == {}
    assert figures(anna, NOON + 2 * DAY) == {"earned": 27, "spendable": 27}


def test_todays_balance_is_the_survivors(anna: Customer) -> None:
    Account.objects.update(negative_points=True)
    bea = make_customer("M-1", points=30)
    tell(spend("C-1", 50), at=NOON + HOUR)
    merge(bea, anna, NOON + 2 * HOUR)
    balance = Balance.objects.get(customer=anna)
    assert figures(anna, NOON + 2 * HOUR) == {"earned": 30, "spent": 50, "debt": 20}
    assert (balance.earned, balance.spent, balance.debt) == (30, 50, 20)


def test_by_effect_the_balance_is_that_of_the_union(anna: Customer) -> None:
    merged_with_turns(anna)
    [found] = balances_by_effect(family(anna.id), NOON + 3 * HOUR)
    assert (found.earned, found.spent, found.spendable) == (40, 5, 35)


def test_what_is_to_come_is_that_of_the_survivors_lots_and_promises(anna: Customer) -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    bea = make_customer("M-1")
    tell(add("M-1", 30, expdate="2026-11-30"), Incoming("M-1", "visit", {}), add("C-1", 5))
    merge(bea, anna)
    assert Pending.objects.get().customer_id == anna.id
    now = NOON + DAY
    assert figures(anna, NOON + 2 * DAY, now) == {"earned": 35, "pending": 9, "spendable": 35}
    assert figures(anna, NOON + 13 * DAY, now) == {"earned": 35, "expired": 30, "pending": 9, "spendable": 5}
    assert figures(anna, NOON + 14 * DAY, now) == {"earned": 44, "expired": 30, "spendable": 14}


@pytest.mark.parametrize("path", ["points/", "points/?on=2026-11-20", "points/{event}/", "points/expiration/"])
def test_pages_ask_as_much_for_one_merged_profile_as_for_three(staff: Client, anna: Customer, path: str) -> None:
    GeneralSettings.objects.update(modules=[EXPIRING_POINTS])
    counts = []
    for number in range(3):
        other = make_customer(f"M-{number}")
        make_order(other, f"T-{number}")
        tell(add(other.public_id, 5, expdate="2099-01-01"), at=NOON + HOUR)
        merge(other, anna, NOON + 2 * HOUR)
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(f"/customers/{anna.id}/{path.format(event=id_of(other, 'point_add'))}").status_code == 200
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
