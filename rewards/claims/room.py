"""What claims are in the engine."""

from loyalty.program.rooms import Rules

from .actions import ACTIONS
from .bidding import mechanism as bidding
from .bidding.rows import BidRow, HighestRow
from .life.mechanism import MECHANISMS
from .life.merging import MERGING
from .rows import ClaimRow, TakenRow

RULES = Rules(
    actions=ACTIONS,
    before=bidding.LEAVING,
    main=(*MECHANISMS, *bidding.MECHANISMS),
    merging=(MERGING, bidding.MERGING),
    tables=(ClaimRow.TABLE, TakenRow.TABLE, BidRow.TABLE, HighestRow.TABLE),
)
