"""What the Events API answers of points."""

from typing import Any

from events.api.serializers import OutcomePart
from loyalty.accounts.expiry import last_day
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.points.ledger.moves import config
from loyalty.points.ledger.rows import BalanceRow


def _of_customer(state: State, program: Program) -> dict[str, Any]:
    """In the default account, after the event."""
    balance: BalanceRow = state.part("balances")[config(program).default.id]
    return {
        "score": balance.earned,
        "spent": balance.spent,
        "pending": balance.pending,
        "expired": balance.expired,
        "spendable": balance.spendable,
    }


def _of_event(event: EventRow, program: Program) -> dict[str, Any]:
    assert event.account_id is not None
    account = config(program).by_id[event.account_id]
    return {
        "expdate": last_day(event.expires_at).isoformat() if event.expires_at else None,
        "account": {"id": account.slug, "name": account.name},
    }


OUTCOME = OutcomePart(_of_customer, _of_event)
