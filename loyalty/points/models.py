"""The tables of the inner rooms, for Django."""

from .bonuses.models import Bonus, BonusTotal, BonusUse
from .ledger.models import Balance, Entry, Lot, Pending

__all__ = ["Balance", "Bonus", "BonusTotal", "BonusUse", "Entry", "Lot", "Pending"]
