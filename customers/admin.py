"""The configuration pages of the inner rooms, for Django."""

from .fields.admin import FieldAdmin

__all__ = ["FieldAdmin"]
