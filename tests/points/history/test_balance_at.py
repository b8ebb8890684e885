"""The balance as of any instant: past ones as they were noted then, future ones from what is known to come."""

import inspect
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.api import docs
from customers.api.docs import SHOW
from customers.models import Customer
from events.orders.enums import CHECKOUT_ACCEPT
from events.types.models import EventType
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.api.keys.models import ApiKey
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.points.api.balance_at import ANSWER
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.balances import Figures, balances_at, balances_by_effect
from loyalty.points.ledger.models import Balance, Entry
from loyalty.program.models import GeneralSettings
from tests.api_keys import development_key
from tests.examples import examples
from tests.factories import NOON, TILL, checkout, make_customer, tell
from tests.verify.histories import ACTIONS, incoming, random_steps, switch_everything_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BUCKETS = ("earned", "spent", "expired", "reserved", "pending", "spendable", "debt")


@pytest.fixture
def customer() -> Customer:
    return make_customer("C-1", at=NOON)


def add(points: int, account: str | None = None, **data: Any) -> Incoming:
    return Incoming("C-1", "point_add", {"points": points, **data}, account=account)


def spend(points: int) -> Incoming:
    return Incoming("C-1", "point_spend", {"points": points})


def of(figures: Figures | Balance) -> dict[str, int]:
    return {name: getattr(figures, name) for name in BUCKETS if getattr(figures, name)}


def at(customer: Customer, when: datetime, now: datetime = NOON) -> dict[str, int]:
    """The default account's buckets that are not 0."""
    return next(of(one) for one in balances_at(customer, when, now) if one.account.is_default)


def stored(customer: Customer) -> dict[str, dict[str, int]]:
    balances = Balance.objects.filter(customer_id=customer.id).select_related("account")
    return {balance.account.slug: of(balance) for balance in balances}


def told(customer: Customer, when: datetime, now: datetime) -> dict[str, dict[str, int]]:
    return {one.account.slug: of(one) for one in balances_at(customer, when, now)}


def test_the_past_is_what_was_known_then(customer: Customer) -> None:
    tell(add(100), at=NOON + DAY)
    tell(spend(30), at=NOON + 2 * DAY)
    backdated = int(NOON.timestamp())
    tell(add(7, effective_timestamp=backdated), at=NOON + 3 * DAY)
    now = NOON + 4 * DAY
    days = [at(customer, NOON + number * DAY, now) for number in range(4)]
    assert days == [
        {},
        {"earned": 100, "spendable": 100},
        {"earned": 100, "spent": 30, "spendable": 70},
        {"earned": 107, "spent": 30, "spendable": 77},
    ]
    assert at(customer, NOON + DAY - timedelta(microseconds=1), now) == {}


def test_by_effect_what_was_recorded_later_counts_from_its_effect(customer: Customer) -> None:
    tell(add(7, effective_timestamp=int(NOON.timestamp())), at=NOON + 3 * DAY)
    [found] = balances_by_effect([customer.id], NOON)
    assert of(found) == {"earned": 7, "spendable": 7}
    assert at(customer, NOON, NOON + 4 * DAY) == {}


STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 60), st.integers(0, 3)), max_size=25)


@pytest.fixture
def everything_on() -> None:
    switch_everything_on()


def replay(steps: Sequence[tuple[str, int, int]]) -> None:
    """Note the stored balances after each step, and compare each note with the balance as of then."""
    customer, now = make_customer("C-1", at=NOON), NOON
    noted = {now: stored(customer)}
    for action, points, order in steps:
        now += timedelta(hours=7)
        record([incoming(action, points, order, now)], by=TILL, at=now)
        noted[now] = stored(customer)
    for when, balances in noted.items():
        found = told(customer, when, now)
        # An account without a balance yet has nothing in it.
        assert found == {slug: {} for slug in found} | balances


@pytest.mark.random
@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_a_replayed_history_gives_the_balances_noted_at_the_time(
    everything_on: None, steps: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        replay(steps)
        transaction.set_rollback(True)


def test_a_long_history_with_every_kind_of_entry_is_replayed(everything_on: None) -> None:
    replay(random_steps(600))
    assert set(Entry.objects.values_list("kind", flat=True)) == set(EntryKind.values) - {EntryKind.MOVE}


def test_points_expire_as_their_lots_say(customer: Customer) -> None:
    tell(add(10, expdate="2026-11-30"), add(20, expdate="2026-12-31"), add(40), spend(3))
    end_of_november = datetime(2026, 12, 1, tzinfo=UTC)
    assert at(customer, end_of_november - timedelta(microseconds=1)) == {"earned": 70, "spent": 3, "spendable": 67}
    assert at(customer, end_of_november) == {"earned": 70, "spent": 3, "expired": 7, "spendable": 60}
    assert at(customer, NOON + 100 * DAY) == {"earned": 70, "spent": 3, "expired": 27, "spendable": 40}


def test_what_the_timer_has_not_reached_yet_is_spendable_now_and_expired_from_then_on(customer: Customer) -> None:
    tell(add(10, expdate="2026-11-21"))
    now = NOON + 5 * DAY
    assert at(customer, now, now) == {"earned": 10, "spendable": 10}
    assert at(customer, now + timedelta(seconds=1), now) == {"earned": 10, "expired": 10}


def test_nothing_expires_while_points_cannot_expire(customer: Customer) -> None:
    tell(add(10, expdate="2026-11-30"))
    GeneralSettings.objects.update(modules=[])
    assert at(customer, NOON + 100 * DAY) == {"earned": 10, "spendable": 10}


def test_points_expire_some_time_after_the_last_activity(customer: Customer) -> None:
    Account.objects.update(expiry="activity", expiry_after=10, expiry_unit="days")
    tell(add(10), at=NOON)
    tell(add(5, expdate="2027-06-30"), at=NOON + DAY)
    now = NOON + 2 * DAY
    # The last activity was on the 21st: valid through 1 December.
    idle = datetime(2026, 12, 2, tzinfo=UTC)
    assert at(customer, idle - timedelta(seconds=1), now) == {"earned": 15, "spendable": 15}
    assert at(customer, idle, now) == {"earned": 15, "expired": 10, "spendable": 5}


def test_pending_points_of_an_event_become_spendable_when_their_days_are_over(customer: Customer) -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    tell(Incoming("C-1", "visit", {}))
    assert at(customer, NOON + 14 * DAY - timedelta(seconds=1)) == {"pending": 9}
    assert at(customer, NOON + 14 * DAY) == {"earned": 9, "spendable": 9}


def test_pending_points_of_an_order_become_spendable_when_it_is_accepted_by_itself(customer: Customer) -> None:
    GeneralSettings.objects.update(modules=[CHECKOUT_ACCEPT, EXPIRING_POINTS])
    tell(checkout(customer, "T-1", 50, auto_accept="2026-12-01"), checkout(customer, "T-2", 30))
    assert at(customer, NOON + 5 * DAY) == {"pending": 80}
    assert at(customer, NOON + 30 * DAY) == {"earned": 50, "pending": 30, "spendable": 50}


def test_pending_points_repay_a_debt_first_and_then_expire_by_the_rule(customer: Customer) -> None:
    Account.objects.update(negative_points=True, expiry="rolling", expiry_after=10, expiry_unit="days")
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    tell(Incoming("C-1", "visit", {}), spend(4))
    assert at(customer, NOON + 13 * DAY) == {"spent": 4, "pending": 9, "debt": 4}
    assert at(customer, NOON + 14 * DAY) == {"earned": 9, "spent": 4, "spendable": 5}
    # Earned on 4 December, valid through the 14th.
    assert at(customer, datetime(2026, 12, 15, tzinfo=UTC)) == {"earned": 9, "spent": 4, "expired": 5}


def test_an_activity_of_its_own_keeps_the_other_points_alive(customer: Customer) -> None:
    Account.objects.update(expiry="activity", expiry_after=20, expiry_unit="days")
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    tell(add(10), Incoming("C-1", "visit", {}))
    assert at(customer, NOON + 25 * DAY) == {"earned": 19, "spendable": 19}
    assert at(customer, NOON + 40 * DAY) == {"earned": 19, "expired": 19}


# The API

KEY = "till-key"


@pytest.fixture
def key() -> ApiKey:
    return development_key(KEY, "Till")


def ask(client: Client, when: object, **more: str) -> Any:
    return client.get("/customers/C-1", {"api_key": KEY, "balance_at": str(when), **more})


def test_the_api_answers_the_balance_at_an_instant(client: Client, key: ApiKey, customer: Customer) -> None:
    tell(add(100), at=NOON + timedelta(hours=1))
    tell(spend(30), at=NOON + timedelta(hours=2))
    when = int((NOON + timedelta(hours=1)).timestamp())
    assert ask(client, when).json()["balance_at"] == {
        "at": when,
        "accounts": [
            {
                "id": "main",
                "name": "Main account",
                "default": True,
                "earned": 100,
                "spent": 0,
                "expired": 0,
                "reserved": 0,
                "pending": 0,
                "spendable": 100,
                "debt": 0,
                "point_balance": 100,
            }
        ],
    }


def test_the_api_answers_a_future_balance_of_every_account(client: Client, key: ApiKey, customer: Customer) -> None:
    GeneralSettings.objects.update(modules=[MULTI_ACCOUNTS, EXPIRING_POINTS])
    Account.objects.create(slug="extra", name="Extra", negative_points=True)
    day = timezone.localdate() + 30 * DAY
    tell(add(10, expdate=day.isoformat()), Incoming("C-1", "point_spend", {"points": 3}, account="extra"), add(5))
    end = int(datetime.combine(day + DAY, datetime.min.time(), UTC).timestamp())
    zeros = {"reserved": 0, "pending": 0}
    before, after = ask(client, end - 1).json()["balance_at"], ask(client, end).json()["balance_at"]
    extra = {
        "id": "extra", "name": "Extra", "default": False, "earned": 0, "spent": 3, "expired": 0, **zeros, "spendable": 0,
        "debt": 3, "point_balance": -3,
    }  # fmt: skip
    main = {"id": "main", "name": "Main account", "default": True, "earned": 15, "spent": 0, **zeros, "debt": 0}
    assert before == {"at": end - 1, "accounts": [extra, {**main, "expired": 0, "spendable": 15, "point_balance": 15}]}
    assert after == {"at": end, "accounts": [extra, {**main, "expired": 10, "spendable": 5, "point_balance": 5}]}


def test_the_balance_at_now_is_the_customers(client: Client, key: ApiKey, customer: Customer) -> None:
    tell(add(10), spend(4), at=NOON)
    body = ask(client, int(timezone.now().timestamp())).json()
    [account] = body["balance_at"]["accounts"]
    names = {"score": "earned", **{name: name for name in ("spent", "expired", "reserved", "pending", "spendable")}}
    assert {name: body[name] for name in names} == {name: account[inner] for name, inner in names.items()}


def test_without_the_parameter_the_block_is_left_out(client: Client, key: ApiKey, customer: Customer) -> None:
    assert "balance_at" not in client.get("/customers/C-1", {"api_key": KEY}).json()


@pytest.mark.parametrize("bad", ["", "now", "-1", "1.5", "1e9", " 1", "253402300800", "9" * 400, "١٢٣", "1_000"])
def test_what_is_no_unix_time_is_refused_by_name(client: Client, key: ApiKey, customer: Customer, bad: str) -> None:
    answer = ask(client, bad)
    message = "'balance_at' must be a unix time in whole seconds, from 0 to 253402300799"
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": {"type": "BadRequestException", "code": 0, "message": message}},
    )


@pytest.mark.parametrize("when", [0, 99_999_999_999])
def test_both_ends_of_time_are_answered(client: Client, key: ApiKey, customer: Customer, when: int) -> None:
    tell(add(10, expdate=date(2030, 1, 1).isoformat()))
    [account] = ask(client, when).json()["balance_at"]["accounts"]
    assert account["expired"] == (10 if when else 0)


@pytest.mark.parametrize("when", ["1767225600", "4102444800"])
def test_the_number_of_queries_is_fixed(client: Client, key: ApiKey, customer: Customer, when: str) -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    counts = []
    for _ in range(3):
        tell(add(10, expdate="2027-01-01"), Incoming("C-1", "visit", {}))
        with CaptureQueriesContext(connection) as captured:
            ask(client, when)
        counts.append(len(captured))
    assert counts[0] == counts[2]


def test_points_say_themselves_how_to_ask_for_it() -> None:
    [parameter] = [one for one in SHOW.all_parameters if one.name == "balance_at"]

    assert parameter is ANSWER.parameter
    assert "balance_at" not in inspect.getsource(docs)
