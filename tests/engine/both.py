"""The engine and the model side by side: the same events go to both, and all that can be read is compared."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.programs import programs

from . import stored, world
from .model import (
    DAILY_LOGIN,
    REFERRAL,
    REFERRAL_POINTS,
    Custom,
    Earning,
    Event,
    Expiry,
    Model,
    Refusal,
    Sent,
    Setup,
    end_state,
    lists,
)

STATUSES = (["active", "suspended"], ["inactive"], ["active", "inactive", "suspended", "banned"])
SORTS = ("joined", "-joined", "score", "-score", "spendable", "-spendable")
ORDER_FILTERS: tuple[dict[str, str], ...] = (
    {}, {"status": "draft"}, {"status": "pending"}, {"status": "accepted", "account": "main"}, {"transaction_id": "t1"},
    {"status": "refunded"}, {"status": "rejected"}, {"customer": "ann"}, {"customer": "bob", "account": "bonus"},
)  # fmt: skip
EVENT_FILTERS = (("", ""), ("checkout", ""), ("", "t1"), ("point_burn", "t2"), ("checkout_item", ""), ("point_add", ""))
CLEARED = ("points_earningrate", "points_earningrule")


class Both:
    def __init__(self, setup: Setup, at: dt.datetime) -> None:
        configure(setup)
        self.model, self.at, self.turn = Model(setup), at, 0

    def send(self, batch: list[Sent]) -> list[int | None]:
        """The refusals' numbers; None where the event was accepted."""
        self.at += dt.timedelta(hours=5)
        outcomes = world.send(*map(incoming, batch), at=self.at)
        self.model.meet(batch)
        for sent, outcome in zip(batch, outcomes, strict=True):
            agree(sent, outcome, self.model.send(sent, self.at))
        self.compare()
        return world.codes(outcomes)

    def let_days_pass(self, days: int) -> None:
        self.at += dt.timedelta(days=days)
        world.run_timers(self.at)
        self.model.run_timers(self.at, expired_in_order(self.at))
        self.compare()

    def set_status(self, name: str, status: str) -> None:
        self.model.members[name].fields["status"] = status
        world.rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])

    def compare(self) -> None:
        found, ids = stored.end_state()
        expected = dict(end_state(self.model))
        assert found == expected, "\n".join(differences(found, expected))
        for name, member in self.model.members.items():
            member.ids = ids[name]
        self._compare_counts(expected)
        self._compare_lists()

    def _compare_counts(self, expected: dict[str, dict[str, list[object]]]) -> None:
        found = world.counts()
        assert found["customers_customer"] == found["customers_identity"] == len(expected)
        keys = (self.model.receipts, self.model.claims, self.model.nonces, self.model.referred)
        assert found["events_businesskey"] == sum(map(len, keys))
        assert found["events_event"] == sum(len(state["events"]) for state in expected.values())

    def _compare_lists(self) -> None:
        """Another list and another filter each time."""
        self.turn += 1
        statuses, sort = STATUSES[self.turn % len(STATUSES)], SORTS[self.turn % len(SORTS)]
        pair = stored.listed(statuses, sort), lists.customers(self.model, statuses, sort)
        assert pair[0] == pair[1], (statuses, sort, pair)
        filters = ORDER_FILTERS[self.turn % len(ORDER_FILTERS)]
        orders = stored.transactions(filters), lists.transactions(self.model, **filters)
        assert orders[0] == orders[1], (filters, orders)
        ids = dict(world.rows("SELECT public_id, id FROM customers_customer"))
        name = sorted(ids)[self.turn % len(ids)]
        member = self.model.members[name]
        action, receipt = EVENT_FILTERS[self.turn % len(EVENT_FILTERS)]
        timeline = [member.ids[number] for number in lists.timeline(member, action, receipt)]
        assert stored.timeline(ids[name], action, receipt) == timeline, (name, action, receipt)
        assert stored.expiring(ids[name]) == lists.expiring(self.model, member), name


def expired_in_order(at: dt.datetime) -> list[tuple[str, str]]:
    """In which order the timer came to the accounts of a customer is its own affair."""
    return world.rows(
        "SELECT public_id, slug FROM events_event e JOIN points_account a ON a.id = account_id"
        " JOIN customers_customer c ON c.id = customer_id WHERE action = 'point_expire' AND recorded_at = %s ORDER BY e.id",
        [at],
    )


def differences(found: Any, expected: Any, path: str = "") -> Iterator[str]:
    """Where two states differ, a line for each place: `expected` is the model's."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in {**found, **expected}:
            yield from differences(found.get(key), expected.get(key), f"{path}/{key}")
    elif isinstance(found, list) and isinstance(expected, list):
        for number in range(max(len(found), len(expected))):
            here, there = (rows[number] if number < len(rows) else None for rows in (found, expected))
            yield from differences(here, there, f"{path}[{number}]")
    elif found != expected:
        yield f"{path}: {found!r}, the model says {expected!r}"


def incoming(sent: Sent) -> Incoming:
    return Incoming(sent.customer, sent.action, sent.data, account=sent.account, nonce=sent.nonce, guest=sent.guest)


def agree(sent: Sent, outcome: Outcome, expected: list[Event] | Refusal) -> None:
    if isinstance(expected, Refusal):
        assert outcome.error is not None, (sent, expected.code, expected.about)
        assert (outcome.error.code, outcome.events) == (expected.code, []), (sent, outcome.error.message)
        assert expected.about in outcome.error.message, (sent, outcome.error.message, expected.about)
    else:
        assert outcome.error is None, (sent, outcome.error)
        found = [(event.action, event.points) for event in outcome.own_events]
        told = [(event.action, event.points) for event in expected]
        assert found == told, (sent, f"{found}, the model says {told}")


# The same setup in the programme's tables


def configure(setup: Setup) -> None:
    world.somebody_subscribes()
    world.configure(
        multi_accounts=True, checkout_accept=setup.accept, auto_subscribe=setup.auto_subscribe,
        accept_after_days=setup.accept_after_days, earn_in_unknown_currencies=setup.unknown_currencies,
    )  # fmt: skip
    for table in CLEARED:
        world.rows(f"DELETE FROM {table}")
    for slug, earning in setup.accounts.items():
        _configure_account(setup, slug, setup.expiry.get(slug, Expiry("none")))
        if earning:
            _configure_earning(slug, earning)
    for action, points in (("daily_login", DAILY_LOGIN), ("referral", REFERRAL), ("referral_points", REFERRAL_POINTS)):
        world.rows("UPDATE events_eventtype SET default_points = %s WHERE action = %s", [points, action])
    for action, custom in setup.custom.items():
        _configure_action(action, custom)
    programs._program = None


def _configure_account(setup: Setup, slug: str, expiry: Expiry) -> None:
    world.rows(
        "INSERT INTO points_account (slug, name, currency_label, is_default, negative_points, expiry, expiry_after,"
        " expiry_unit, expiry_month, expiry_day, expiry_actions) VALUES (%s, %s, 'points', %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (slug) DO UPDATE SET negative_points = excluded.negative_points, expiry = excluded.expiry,"
        " expiry_after = excluded.expiry_after, expiry_unit = excluded.expiry_unit, expiry_month = excluded.expiry_month,"
        " expiry_day = excluded.expiry_day, expiry_actions = excluded.expiry_actions",
        [
            slug, slug, slug == setup.default, slug in setup.negative, expiry.rule, expiry.after, expiry.unit,
            expiry.month, expiry.day, sorted(expiry.actions),
        ],
    )  # fmt: skip


def _configure_action(action: str, custom: Custom) -> None:
    world.rows(
        "INSERT INTO events_eventtype (action, name, labels, description,"
        " default_points, one_time, exposed, factory, pending_days)"
        " VALUES (%s, %s, '{}', '', %s, %s, true, false, %s)",
        [action, action, custom.points, custom.one_time, custom.pending_days],
    )


def _configure_earning(slug: str, earning: Earning) -> None:
    [(rule_id,)] = world.rows(
        "INSERT INTO points_earningrule (account_id, basis, rounding, percentage)"
        " SELECT id, %s, %s, %s FROM points_account WHERE slug = %s RETURNING id",
        [earning.basis, earning.rounding, earning.percentage, slug],
    )
    for currency, percentage in earning.rates.items():
        world.rows(
            "INSERT INTO points_earningrate (rule_id, currency, percentage) VALUES (%s, %s, %s)",
            [rule_id, currency, percentage],
        )
