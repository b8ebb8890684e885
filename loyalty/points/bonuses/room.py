"""What the programme says of bonuses, and what is used of their limits."""

from loyalty.program.rooms import Rules

from .program import BONUSES
from .rules import BonusTotalRow, BonusUseRow

RULES = Rules(tables=(BonusUseRow.TABLE, BonusTotalRow.TABLE), sections=(BONUSES,))
