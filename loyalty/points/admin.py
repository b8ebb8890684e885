"""The configuration pages of the inner rooms, for Django."""

from .bonuses.admin import BonusAdmin

__all__ = ["BonusAdmin"]
