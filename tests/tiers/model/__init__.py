"""What tiers mean, in plain Python, written from docs/tiers.md: the slow and obvious way, day by day, no database.

It shares nothing with the programme but the model of the ledger (tests/engine/model), which tells what an action earned,
from which lots it took, and what orders cost. Everything else is added up anew from all that has counted so far.
"""

from .hand import Change
from .programme import Programme
from .reading import Block
from .status import TierEvent
from .structures import Level, Structure

__all__ = ["Block", "Change", "Level", "Programme", "Structure", "TierEvent"]
