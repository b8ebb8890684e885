"""Faults planted in the merge one at a time: the history of each must notice. The model of single customers knows no merge."""

from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, transaction

from loyalty.engine.programs import programs
from tests.engine.merging.families import check_families
from tests.engine.world import accepted, codes, configure, event, merging, rows, send
from tests.points.bonuses.bonus import bonus

from .planting import Mutant, planted

pytestmark = [pytest.mark.prove, pytest.mark.django_db]
PEOPLE, ORDERS, POINTS = "customers/merging/mechanism.py", "events/orders/merging.py", "loyalty/points/merging.py"
RECORD, REDUCE = "loyalty/engine/record.py", "loyalty/engine/reduce.py"


def join(*names: str) -> None:
    accepted(*(event(name, "opt_in") for name in names))


def refusals() -> None:
    """Each status on each side, oneself, and an order that both have."""
    join("a", "b", "c")
    for name, status, code in (
        ("a", "suspended", 120030),
        ("b", "suspended", 120031),
        ("b", "inactive", 160216),
        ("a", "banned", 160212),
        ("b", "opted_out", 160212),
    ):
        rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])
        assert codes(send(merging("a", "b"))) == [code]
        rows("UPDATE customers_customer SET status = 'active'")
    for name in ("a", "b"):
        accepted(event(name, "point_add", points=5), event(name, "reserve_points", transaction_id="t", points=5))
    assert codes(send(merging("a", "b"))) == [120033]
    assert codes(send(merging("c", "c"))) == [120032]
    assert codes(send(event("a", "customer_merge", kind="full", source="a", target="c"))) == [10003]
    assert codes(send(merging("c", "b"))) == [None]
    assert codes(send(merging("c", "a"))) == [160212]


def moves() -> None:
    """All that a profile may have, and what becomes of it afterwards."""
    configure()
    # What is refunded stays used, so that it shows whose it is after the merge.
    bonus(points=3, customer_limit=5, refund_releases=False)
    rows("UPDATE points_account SET negative_points = true")
    join("z", "a", "b")
    accepted(merging("z", "a"))
    accepted(
        event("a", "profile", last_name="A", size=4), event("a", "point_add", points=40),
        event("a", "checkout", transaction_id="t", total=100, points_burned=30), event("b", "point_sub", points=20),
        event("a", "reserve_points", transaction_id="r", points=10), event("b", "point_add", points=1, transaction_id="t"),
    )  # fmt: skip
    accepted(merging("a", "b"))
    check_families()
    assert balance() == (124, 30, 10, 84, 0)
    assert rows("SELECT last_name, properties::text, purchase_count FROM customers_customer WHERE public_id = 'b'") == [
        ("A", '{"size": 4}', 1)
    ]
    accepted(event("z", "release_points", transaction_id="r"), event("a", "refund", transaction_id="t"))
    assert balance() == (21, 0, 0, 21, 0)
    assert rows("SELECT remaining FROM points_lot WHERE points = 40 ORDER BY customer_id") == [(0,), (21,)]
    accepted(event("b", "checkout", transaction_id="u", total=0))
    accepted(event("b", "checkout", transaction_id="v", total=10))
    assert balance()[0] == 33
    assert rows("SELECT count(*) FROM events_event WHERE via_id IS NOT NULL") == [(3,)]
    check_families()


def balance() -> tuple[int, ...]:
    [found] = rows("SELECT earned, spent, reserved, spendable, debt FROM points_balance")
    return tuple(found)


HISTORIES: dict[str, Callable[[], None]] = {"refusals": refusals, "moves": moves}
MUTANTS = [
    Mutant("120030: a suspended source", PEOPLE, "    if source == Status.SUSPENDED:", "    if False:", "refusals"),
    Mutant("120031: a suspended target", PEOPLE, "        return Refused(120031,", "        return Refused(160216,", "refusals"),
    Mutant("160216: an inactive target", PEOPLE, "    if target != Status.ACTIVE:", "    if False:", "refusals"),
    Mutant("160212: a target that is gone", PEOPLE, "if target in DEPARTED or", "if", "refusals"),
    Mutant("160212: merged away since", PEOPLE, "!= (state.customer.public_id, target.customer.public_id):", "== ():", "refusals"),
    Mutant("120032: oneself", PEOPLE, "    if same:\n", "    if False:\n", "refusals"),
    Mutant("120033: an order of both", ORDERS, "if not (is_empty(order) or is_empty(other)):", "if False:", "refusals"),
    Mutant("customer_merge: from outside", REDUCE, "incoming.target is not None or plan", "True or plan", "refusals"),
    Mutant("the source stays active", PEOPLE, "    state.customer.status = Status.MERGED.value\n", "", "moves"),
    Mutant("identities stay", PEOPLE, "        batch.edit(row).customer_id = target.customer.id", "        pass", "moves"),
    Mutant("whose identity it was is forgotten", PEOPLE, "row.origin_id or state.customer.id", "row.origin_id", "moves"),
    Mutant("earlier merges stay", PEOPLE, "        batch.edit(earlier).survivor_id = target.customer.id", "        pass", "moves"),
    Mutant("fields are not filled", PEOPLE, "        setattr(survivor, name, getattr(source, name))", "        pass", "moves"),
    Mutant("custom fields are not filled", PEOPLE, "            survivor.properties = to_json({**ours, **lacking})", "            pass", "moves"),
    Mutant("purchases do not add up", PEOPLE, "        setattr(survivor, name, become(getattr(survivor, name), getattr(source, name)))", "        pass", "moves"),
    Mutant("an empty draft wins", ORDERS, "kept = other if is_empty(order) else order", "kept = other", "moves"),
    Mutant("orders stay with the source, too", ORDERS, "        batch.remove(order)\n", "", "moves"),
    Mutant("a lot is doubled", POINTS, "        batch.edit(lot).remaining = 0", "        pass", "moves"),
    Mutant("a lot moves by one entry", POINTS, "        batch.add(EntryRow(event, EntryKind.MOVE, -lot.remaining, lot.account_id, lot))\n", "", "moves"),
    Mutant("a bucket is forgotten", POINTS, "getattr(ours, bucket) + getattr(theirs, bucket)", "max(getattr(ours, bucket), getattr(theirs, bucket))", "moves"),
    Mutant("balances stay", POINTS, "        batch.remove(theirs)\n", "", "moves"),
    Mutant("debt and points side by side", POINTS, "        repay_from(told, target, batch, account)\n", "", "moves"),
    Mutant("limits of bonuses start anew", POINTS, "        batch.edit(ours[use.bonus_id]).points += use.points", "        batch.edit(ours[use.bonus_id]).points += 1", "moves"),
    Mutant("by which profile it came in is not kept", "loyalty/engine/storage/people.py", "                self.vias[scheme, value] = origin_id", "                pass", "moves"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    savepoint = transaction.savepoint()
    yield
    transaction.savepoint_rollback(savepoint)
    programs._program = None


@pytest.mark.parametrize("name", HISTORIES)
def test_without_a_fault_a_history_of_merges_goes_through(name: str) -> None:
    HISTORIES[name]()


def is_caught(mutant: Mutant) -> bool:
    try:
        with planted(mutant), transaction.atomic():
            HISTORIES[mutant.history]()
            rows("SET CONSTRAINTS ALL IMMEDIATE")
    except (AssertionError, AttributeError, DatabaseError, LookupError, TypeError):
        return True
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_in_the_merge_is_caught(mutant: Mutant) -> None:
    assert is_caught(mutant)
