"""The tables of the inner rooms, for Django."""

from .keys.models import ApiKey, ApiSecret
from .once.models import SavedAnswer

__all__ = ["ApiKey", "ApiSecret", "SavedAnswer"]
