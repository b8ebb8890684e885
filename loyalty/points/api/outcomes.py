"""What the Events API answers of points."""

from typing import Annotated, Any

from msgspec import Meta

from events.api.display.objects import AccountNameObject
from events.api.serializers import OutcomePart
from loyalty.accounts.expiry import last_day
from loyalty.api.wire import Day, WireObject, fields_of
from loyalty.engine.program import Program
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.points.ledger.moves import config
from loyalty.points.ledger.rows import BalanceRow


class EffectPointsObject(WireObject):
    expdate: Annotated[Day | None, Meta(description="The last day on which they are valid; null: for ever.")]
    account: AccountNameObject


class SummaryPointsObject(WireObject):
    """Of the default account."""

    score: Annotated[int, Meta(description="All points ever earned.")]
    spent: int
    pending: Annotated[int, Meta(description="Points that wait for the acceptance of their order.")]
    expired: int
    spendable: Annotated[int, Meta(description="Points that can be spent now.")]


def _of_customer(state: State, program: Program) -> dict[str, Any]:
    """After the event."""
    balance: BalanceRow = state.part("balances")[config(program).default.id]
    return SummaryPointsObject.of(balance, score=balance.earned).written()


def _of_event(event: EventRow, program: Program) -> dict[str, Any]:
    assert event.account_id is not None
    account = config(program).by_id[event.account_id]
    return EffectPointsObject(
        expdate=last_day(event.expires_at).isoformat() if event.expires_at else None,
        account=AccountNameObject(id=account.slug, name=account.name),
    ).written()


OUTCOME = OutcomePart(_of_customer, _of_event, fields_of(SummaryPointsObject), fields_of(EffectPointsObject))
