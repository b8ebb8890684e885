"""Applies some rows of a file of customers: enrolments, and what differs of those who are known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from customers.models import Customer
from customers.queries import customers_named, is_by_merged_name
from loyalty.engine.events import Actor, Incoming
from loyalty.refusals import Refused
from loyalty.transfer.models import ImportJob
from loyalty.transfer.reading.columns import Plan, Refusal
from loyalty.transfer.reading.reader import Line

from .differences import ALREADY_OPTED_IN
from .profiles import changes_of, empty_of, profile_event
from .tally import Tally, fault, record_all

Waiting = list[tuple[Line, str]]


def apply_customers(plan: Plan, lines: Sequence[Line], *, job: ImportJob, by: Actor, at: datetime) -> Tally:
    tally, waiting = Tally(), Waiting()
    for line in lines:
        customer = fault(line) or plan.customer_of(line)
        refusal = customer if isinstance(customer, Refusal) else plan.read_cells(line, "profile")
        if refusal:
            tally.refused.append(refusal)
        elif isinstance(customer, str):
            waiting.append((line, customer))
    while waiting:
        waiting = _apply_profiles(plan, waiting, tally, by=by, at=at)
    return tally


def _apply_profiles(plan: Plan, waiting: Waiting, tally: Tally, *, by: Actor, at: datetime) -> Waiting:
    """Apply the first row of each customer; returns the rows that must be seen against its result."""
    first: dict[str, Line] = {}
    later = [(line, customer) for line, customer in waiting if first.setdefault(customer, line) is not line]
    known = customers_named(list(first), plan.scheme)
    _defer_other_names(first, known, later)
    rows = list(_events(plan, first, known, tally))
    errors = record_all([event for _, event in rows], by=by, at=at)
    for (line, event), error in zip(rows, errors, strict=True):
        if error is None:
            tally.recorded += 1
        elif error.code == ALREADY_OPTED_IN:
            # Enrolled by somebody else since the customers were read: now it is a known one.
            later.insert(0, (line, event.customer))
        else:
            tally.refuse(plan, [line], error)
    return later


def _defer_other_names(first: dict[str, Line], known: Mapping[str, Customer], later: Waiting) -> None:
    """A survivor named by an own ID and by a merged-away one has one first row, too."""
    seen: dict[int, str] = {}
    for name, customer in known.items():
        other = seen.setdefault(customer.id, name)
        if other != name:
            last = max(name, other, key=lambda one: first[one].number)
            seen[customer.id] = name if last == other else other
            later.append((first.pop(last), last))
    later.sort(key=lambda pair: pair[0].number)


def _events(
    plan: Plan, rows: Mapping[str, Line], known: Mapping[str, Customer], tally: Tally
) -> Iterator[tuple[Line, Incoming]]:
    for name, line in rows.items():
        customer = known.get(name)
        data = plan.data(line.cells)
        if customer is None:
            yield line, Incoming(name, "opt_in", data, scheme=plan.scheme)
            continue
        try:
            changes = changes_of(customer, data, plan.catalogue.config)
        except Refused as error:
            tally.refuse(plan, [line], error)
            continue
        if is_by_merged_name(customer) and (kept := changes.keys() - empty_of(customer, changes)):
            changes = {field: value for field, value in changes.items() if field not in kept}
            tally.merged(line, kept)
        if changes:
            yield line, profile_event(plan.scheme, name, changes)
        else:
            tally.unchanged += 1
