"""Verifying after merges: the survivor's rows are what all profiles have done, and what is spoilt is named there."""

import datetime as dt

import pytest

from customers.models import Customer
from loyalty.verify.comparison import Findings, verify
from loyalty.verify.health import all_checks
from tests.engine.world import NOW
from tests.merging import merge
from tests.verify.corrupting import CORRUPTIONS, corrupt, customer_of, differing, record_histories

CHOSEN = (
    "earned", "debt", "no balance", "lot remaining", "lot event", "lot from nowhere", "entry points", "no entry",
    "event points", "pending points", "pending lost", "checkout total", "plain order", "order total", "order status",
    "order event_id", "order created_at", "no order", "line quantity", "purchase_total", "purchase_first_date",
    "last_earn_date",
)  # fmt: skip
LATER = NOW + dt.timedelta(days=2)
# Written once: only the owner can spoil it, past the triggers.
OF_SOURCES = ("entry points", "no entry", "event points")


def merged(source: str, target: str, at: dt.datetime = LATER) -> None:
    merge(Customer.objects.get(public_id=source), Customer.objects.get(public_id=target), at)


@pytest.fixture(scope="module")
def clean(committed_module: None) -> Findings:
    """For each corruption a survivor of a merge; and a chain, whose profiles are spoilt where their history is."""
    record_histories(*CHOSEN, *(f"{name} away" for name in CHOSEN))
    for name in CHOSEN:
        merged(f"{name} away", name)
    for name in OF_SOURCES:
        record_histories(f"{name} first", f"{name} second", f"{name} last")
        merged(f"{name} first", f"{name} second")
        merged(f"{name} second", f"{name} last", LATER + dt.timedelta(hours=1))
    record_histories("alone")
    return verify(all_checks(), limit=1_000)


@pytest.fixture(scope="module")
def corrupted(clean: Findings) -> Findings:
    corrupt({name: name for name in CHOSEN} | {f"{name} first": name for name in OF_SOURCES})
    return verify(all_checks(), limit=1_000)


def test_merged_histories_are_right(clean: Findings) -> None:
    assert (clean.found, clean.mismatches) == (0, [])
    assert clean.compared["merges"] == len(CHOSEN) + 2 * len(OF_SOURCES)


@pytest.mark.parametrize("name", CHOSEN)
def test_what_was_changed_by_hand_after_a_merge_is_named_at_the_survivor(corrupted: Findings, name: str) -> None:
    found = [mismatch for mismatch in corrupted.mismatches if mismatch.customer_id == customer_of(name)]
    assert differing(found) == CORRUPTIONS[name][1]


@pytest.mark.parametrize("name", OF_SOURCES)
def test_what_was_changed_in_a_merged_away_history_is_named_where_it_counts(corrupted: Findings, name: str) -> None:
    first, second, last = (customer_of(f"{name} {place}") for place in ("first", "second", "last"))
    found = {
        owner: differing([one for one in corrupted.mismatches if one.customer_id == owner])
        for owner in (first, second, last)
    }
    expected = dict(CORRUPTIONS[name][1])
    # Events are each profile's own, balances the survivor's; the rows of lots stay with each of them.
    events = {"events": expected.pop("events")}
    if "lots" in expected:
        # What moved with the merges still tells the account.
        expected["lots"] = [column for column in expected["lots"] if column != "account_id"]
    lots = {"lots": expected["lots"]} if "lots" in expected else {}
    assert found == {first: {**events, **lots}, second: lots, last: expected}


def test_who_has_no_part_in_it_is_not_named(corrupted: Findings) -> None:
    spoilt = {customer_of(name) for name in CHOSEN}
    spoilt |= {customer_of(f"{name} {place}") for name in OF_SOURCES for place in ("first", "second", "last")}
    assert {mismatch.customer_id for mismatch in corrupted.mismatches} <= spoilt
