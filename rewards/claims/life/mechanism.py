"""Claims in the engine: which events do what. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from coupons.actions import TRANSFER
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism, record_only
from loyalty.engine.state import Part, State
from loyalty.points.ledger.rows import BurnedRow
from rewards.claims.actions import CLAIM, REVOKE

from . import claiming, revoking, transferring


def _add_spent(state: State, row: Sequence[Any]) -> None:
    """To what orders have burned, which is read before."""
    burned = state.part("burned")
    if row[1] in burned:
        burned[row[1]].points += row[2]
    else:
        burned[row[1]] = BurnedRow.load(row)


# What claims that stand have spent comes back by their revocation alone: an unspending of points does not reach it.
SPENT = Part(
    "burned_with_claims",
    "SELECT customer_id, account_id, sum(spent)::bigint FROM claims_claim"
    " WHERE customer_id IN ({customers}) AND revoked_by IS NULL AND spent > 0 GROUP BY 1, 2",
    _add_spent,
)


def _spent(incoming: Incoming) -> Iterable[Part]:
    return (SPENT,)


MECHANISMS = (
    Mechanism(frozenset({CLAIM.name}), claiming.claim, parts=claiming.parts, later=claiming.stock_and_codes),
    Mechanism(frozenset({REVOKE.name}), revoking.revoke, parts=revoking.parts, later=revoking.stock_and_coupons),
    Mechanism(frozenset({TRANSFER.name}), transferring.hand_over, parts=transferring.parts),
    Mechanism(frozenset({"point_unspend"}), record_only, parts=_spent),
)
