"""The last activity of each customer, kept where an account's points expire some time after it. Pure."""

from loyalty.accounts.expiry import ExpiryRule
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.points.actions import GIVING_BACK, SPENDING
from loyalty.points.ledger.moves import config
from loyalty.points.ledger.rows import BalanceRow


def keep_activity(event: EventRow, state: State, batch: Batch) -> None:
    """What counts moves the account's date, never backwards; without a date, whatever brings points starts it."""
    for account in config(batch.program).by_activity:
        balance: BalanceRow | None = state.part("balances").get(account.id)
        if balance is None or account.expiry is None:
            continue
        brings = event.account_id == account.id and event.points > 0
        if _counts(event, account.expiry, account.id) or (brings and balance.active_at is None):
            batch.edit(balance).active_at = max(balance.active_at or event.occurred_at, event.occurred_at)


def _counts(event: EventRow, rule: ExpiryRule, account_id: int) -> bool:
    if rule.actions:
        return event.action in rule.actions
    earns = event.points > 0 and event.action not in GIVING_BACK
    return event.account_id == account_id and (earns or event.action in SPENDING)
