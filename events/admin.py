"""The configuration pages of the inner rooms, for Django."""

from .types.admin import EventTypeAdmin

__all__ = ["EventTypeAdmin"]
