"""Whom a batch names is looked up after the lock and kept for the transaction: no read looks identities up again."""

from typing import Any

import pytest

from loyalty.engine.storage.wire import Wire
from loyalty.engine.sweep import Sweep
from loyalty.points.ledger.rows import OPEN_LOTS

from .world import BY, NOW, accepted, event, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of conversations, from now on."""
    found, run = list[str](), Wire.run

    def noted(wire: Wire, statements: Any) -> Any:
        found.extend(statement.sql for statement in statements)
        return run(wire, statements)

    monkeypatch.setattr(Wire, "run", noted)
    return found


def test_a_batch_looks_identities_up_for_the_lock_the_names_and_once_for_all_reads(sent: list[str]) -> None:
    accepted(event("ann", "opt_in"))
    sent.clear()

    accepted(event("ann", "point_add", points=30))

    assert len([one for one in sent if "customers_identity" in one]) == 3
    assert len([one for one in sent if "current_setting" in one]) > 1


def test_whom_the_batch_before_kept_in_the_same_transaction_is_not_read_again() -> None:
    accepted(event("ann", "opt_in"), event("bob", "opt_in"))
    accepted(event("bob", "login"), event("cyd", "opt_in"))

    kept = rows("SELECT count(*) FROM unnest(current_setting('loyalty.customers')::bigint[])")
    accepted(event("dan", "opt_in"))

    assert kept == [(1,)], "bob is known, cyd was not yet"
    assert rows("SELECT current_setting('loyalty.customers')") == [("{}",)]


def test_a_sweep_keeps_its_customers_too() -> None:
    accepted(event("ann", "opt_in"), event("bob", "opt_in"))
    accepted(event("ann", "point_add", points=30), event("bob", "point_add", points=5))
    [(ann,)] = rows("SELECT id FROM customers_customer WHERE public_id = 'ann'")
    found = list[int]()

    Sweep([ann], parts=[OPEN_LOTS], by=BY, at=NOW).run(
        lambda state, _batch: found.extend(lot.points for lot in state.part("lots").values())
    )

    assert found == [30]
