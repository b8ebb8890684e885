"""The configuration pages of the inner rooms, for Django."""

from .keys.admin import ApiKeyAdmin

__all__ = ["ApiKeyAdmin"]
