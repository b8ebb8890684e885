"""A row that goes: set-wise, and back again when its event is refused."""

import datetime as dt
from itertools import count
from zoneinfo import ZoneInfo

from loyalty.engine.batch import Batch
from loyalty.engine.events import Actor
from loyalty.engine.program import Program
from loyalty.engine.storage.store import delete
from loyalty.engine.storage.wire import Statement
from loyalty.points.ledger.rows import BALANCE, BalanceRow

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PROGRAM = Program(1, ZoneInfo("Europe/Budapest"), "off", "EUR", frozenset(), {})


def make_batch() -> Batch:
    numbers = count(1)
    batch = Batch(program=PROGRAM, by=Actor("api"), at=NOW, new_id=lambda sequence: next(numbers))
    batch.begin()
    return batch


def test_removed_rows_of_a_table_go_by_their_keys_in_one_statement() -> None:
    statement = delete(BALANCE, [BalanceRow(7, 1), BalanceRow(7, 2)])

    assert statement == Statement(
        "DELETE FROM points_balance t USING unnest($1::bigint[], $2::bigint[]) AS v(customer_id, account_id)"
        " WHERE t.customer_id = v.customer_id AND t.account_id = v.account_id",
        [[7, 7], [1, 2]],
    )
    assert delete(BALANCE, []) is None


def test_a_refusal_brings_back_what_was_removed_and_leaves_what_went_before() -> None:
    batch, first, second = make_batch(), BalanceRow(7, 1), BalanceRow(7, 2)
    part = {1: first, 2: second}
    batch.remove(first)
    batch.pop(part, 1)
    batch.keep()

    batch.begin()
    batch.remove(second)
    batch.pop(part, 2)
    batch.put(part, 2, first)
    batch.put(part, 3, first)
    batch.roll_back()

    assert list(batch.removed) == [first]
    assert part == {2: second}
