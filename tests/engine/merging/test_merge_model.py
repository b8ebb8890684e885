"""Whatever two customers did before they were merged, and the survivor after: the figures of one customer who did it all.

The model knows of one customer only. Points have no dates here: which lots are spent first is each profile's own until the
merge, and with dates the rest would expire on others. So are totals, orders and refusals the same.
"""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, seed
from hypothesis import settings as limits
from hypothesis import strategies as st

from loyalty.engine.programs import programs
from tests.engine.both import configure, incoming
from tests.engine.merging.families import check_families
from tests.engine.model import Earning, Model, Refusal, Sent, Setup, end_state
from tests.engine.test_model import CALM, SEED
from tests.engine.world import NOW, accepted, merging, rows, send
from tests.examples import examples

pytestmark = pytest.mark.django_db
WHOLE, BY_ITEM = Earning("transaction", "nearest", "100"), Earning("item", "down", "50")
SETUPS = [
    Setup("off", {"main": earning}, {}, negative=negative, accept=accept)
    for earning in (WHOLE, BY_ITEM)
    for negative in (frozenset[str](), frozenset({"main"}))
    for accept in (False, True)
]
FIGURES = "earned, spent, expired, reserved, pending, debt"
TOTALS = ("purchase_total", "purchase_count", "purchase_item_count")
ORDER = ("status", "total", "refunded", "earned", "taken_back", "burned", "given_back", "reserved")
POINTS = st.integers(1, 40)
# By kind; what is about an order names it by its number, so that few miss.
KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "point_add": st.fixed_dictionaries({"points": POINTS}),
    "point_sub": st.fixed_dictionaries({"points": POINTS}),
    "point_spend": st.fixed_dictionaries({"points": POINTS}),
    "point_unspend": st.fixed_dictionaries({"points": POINTS}),
    "checkout": st.fixed_dictionaries(
        {
            "points_burned": st.integers(0, 9),
            "items": st.lists(
                st.fixed_dictionaries(
                    {
                        "product_id": st.sampled_from(["p", "q"]),
                        "price": st.integers(1, 30),
                        "quantity": st.integers(1, 3),
                    }
                ),
                min_size=1,
                max_size=3,
            ),
        }
    ),
    "reserve_points": st.fixed_dictionaries({"points": POINTS}),
    "release_points": st.just({}),
    "refund": st.just({}),
    "partial_refund": st.fixed_dictionaries({"amount": st.integers(1, 60)}),
    "refund_item": st.fixed_dictionaries({"product_id": st.sampled_from(["p", "q"])}),
    "checkout_accept": st.just({}),
    "checkout_reject": st.just({}),
}
PLAIN = {"point_add", "point_sub", "point_spend"}
# Each profile has orders of its own: one that the other made is refused before the merge, and not after it.
actions = st.lists(
    st.sampled_from(sorted(KINDS)).flatmap(
        lambda kind: st.tuples(st.just(kind), KINDS[kind], st.sampled_from(["old", "new"]), st.integers(1, 3))
    ),
    max_size=14,
)


def _told(kind: str, data: dict[str, Any], owner: str, number: int) -> dict[str, Any]:
    return data if kind in PLAIN else {**data, "transaction_id": f"{owner}{number}"}


class Twins:
    """The two customers in the programme, and the one in the model."""

    def __init__(self, setup: Setup) -> None:
        configure(setup)
        self.model, self.at = Model(setup), NOW
        accepted(*(incoming(Sent(name, "opt_in", {})) for name in ("old", "new")))
        self.model.meet([Sent("one", "opt_in", {})])
        self.model.send(Sent("one", "opt_in", {}), self.at)

    def send(self, customer: str, kind: str, data: dict[str, Any], *, merged: bool) -> None:
        """After the merge, whatever the one may or may not do, the survivor may or may not; before, who has less may less."""
        self.at += dt.timedelta(minutes=1)
        [outcome] = send(incoming(Sent(customer, kind, dict(data))), at=self.at)
        code = outcome.error.code if outcome.error else None
        if code is not None and not merged:
            return
        found = self.model.send(Sent("one", kind, dict(data)), self.at)
        assert code == (found.code if isinstance(found, Refusal) else None), (kind, data, outcome.error)

    def merge(self) -> None:
        self.at += dt.timedelta(minutes=1)
        accepted(merging("old", "new"), at=self.at)

    def compare(self) -> None:
        told = dict(end_state(self.model))["one"]
        assert rows(f"SELECT {FIGURES} FROM points_balance") == [told["balances"]["main"][:6]]
        [totals] = rows(f"SELECT {', '.join(TOTALS)} FROM customers_customer WHERE public_id = 'new'")
        assert totals == tuple(told["fields"][name] for name in ("total", "count", "items"))
        orders = rows(f"SELECT transaction_id, {', '.join(ORDER)} FROM events_transaction")
        assert {row[0]: row[1:] for row in orders} == {
            id: tuple(order[name] for name in ORDER) for id, order in told["orders"].items()
        }
        check_families()


@seed(SEED)
@pytest.mark.random
@limits(CALM, max_examples=examples(20))
@given(setup=st.sampled_from(SETUPS), before=actions, after=actions)
def test_two_who_were_merged_have_what_one_customer_would_have(setup: Setup, before: Any, after: Any) -> None:
    savepoint = transaction.savepoint()
    try:
        twins = Twins(setup)
        for kind, data, owner, number in before:
            twins.send(owner, kind, _told(kind, data, owner, number), merged=False)
        twins.merge()
        twins.compare()
        for kind, data, owner, number in after:
            twins.send("new", kind, _told(kind, data, owner, number), merged=True)
        twins.compare()
    finally:
        transaction.savepoint_rollback(savepoint)
        programs._program = None
