"""What lists answer: which rows, in which order."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from .dates import end_of_activity, local_day
from .machine import Model
from .state import Event, Member


def customers(model: Model, statuses: Iterable[str], sort: str) -> list[str]:
    """IDs of the customers of these statuses; `-` sorts backwards, ties included."""
    key, backwards = sort.removeprefix("-"), sort.startswith("-")
    found = [name for name, member in model.members.items() if member.fields["status"] in statuses]
    found.sort(key=lambda name: model.members[name].rank, reverse=backwards)
    if key == "joined":
        return found
    return sorted(found, key=lambda name: _sorted_by(model, model.members[name], key), reverse=backwards)


def _sorted_by(model: Model, member: Member, key: str) -> int:
    balance = member.balances[model.setup.default]
    return balance.earned if key == "score" else balance.spendable


def timeline(member: Member, action: str = "", transaction: str = "") -> list[int]:
    """Numbers of the events, newest first; the later recorded first where they took effect at once."""

    def matches(event: Event) -> bool:
        return action in ("", event.action) and transaction in ("", event.transaction)

    numbers = [number for number, event in enumerate(member.events) if matches(event)]
    return sorted(numbers, key=lambda number: (member.events[number].when, number), reverse=True)


def transactions(
    model: Model, status: str = "", transaction_id: str = "", account: str = "", customer: str = ""
) -> list[tuple[str, str]]:
    """(customer, transaction ID), newest first, without those of a customer who is gone."""
    found = [
        (order.rank, name, order.id)
        for name, member in model.members.items()
        for order in member.orders.values()
        if status in ("", order.status) and transaction_id in ("", order.id) and account in ("", order.account)
        and customer in ("", name) and member.fields["status"] != "banned"
    ]  # fmt: skip
    return [(name, id) for _, name, id in sorted(found, reverse=True)]


def expiring(model: Model, member: Member) -> dict[dt.date, int]:
    """Of the default account, by the last day of validity: the lot's own, or that of all after the last activity."""
    found: Counter[dt.date] = Counter()
    account, zone = model.setup.default, model.setup.zone
    rule, active_at = model.setup.expiry.get(account), member.balances[account].active_at
    together = end_of_activity(rule, active_at, zone) if rule and rule.rule == "activity" and active_at else None
    for lot in member.lots:
        ends = lot.expires_at or together
        if lot.account == account and lot.left and ends:
            found[local_day(ends - dt.timedelta(microseconds=1), zone)] += lot.left
    return dict(sorted(found.items()))
