"""The arguments of an operation as JSON, and back."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, get_type_hints
from uuid import UUID

from django.apps import apps
from django.db.models import Model

# What says that an object is no mapping of the operation's own.
TYPE, VALUE = "$type", "$value"
_READERS: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "uuid": UUID,
}


class CannotWait(Exception):
    """An argument that cannot be kept: a fault of the operation that was declared approvable."""


def freeze(value: Any) -> Any:
    """Raises CannotWait."""
    if isinstance(value, Model):
        return _tagged(value._meta.label_lower, value.pk)
    if isinstance(value, Enum):
        return freeze(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {_name(key): freeze(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [freeze(one) for one in value]
    return _tagged(_kind(value), str(value) if isinstance(value, Decimal | UUID) else value.isoformat())


def _tagged(kind: str, value: Any) -> dict[str, Any]:
    return {TYPE: kind, VALUE: value}


def _name(key: Any) -> str:
    if not isinstance(key, str) or key.startswith("$"):
        raise CannotWait(f"{key!r} is no name")
    return key


def _kind(value: Any) -> str:
    kinds = {Decimal: "decimal", dt.datetime: "datetime", dt.date: "date", UUID: "uuid"}
    if type(value) not in kinds:
        raise CannotWait(f"{type(value).__name__} cannot be kept")
    return kinds[type(value)]


def thaw(arguments: Mapping[str, Any], function: Callable[..., Any]) -> dict[str, Any]:
    """As the function takes them. Raises ObjectDoesNotExist for a row that is gone."""
    hints = get_type_hints(function)
    return {name: _as_hinted(_thaw(value), hints.get(name)) for name, value in arguments.items()}


def _thaw(value: Any) -> Any:
    if isinstance(value, list):
        return [_thaw(one) for one in value]
    if not isinstance(value, dict):
        return value
    if TYPE not in value:
        return {name: _thaw(one) for name, one in value.items()}
    reader = _READERS.get(value[TYPE])
    return reader(value[VALUE]) if reader else apps.get_model(value[TYPE])._default_manager.get(pk=value[VALUE])


def _as_hinted(value: Any, hint: Any) -> Any:
    """Of an enumeration its value was kept."""
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
