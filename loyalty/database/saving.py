"""Rows that several people change: each save writes what it changed and nothing else."""

from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from typing import Any, Self

from django.db import models


class SavesOnlyChanges(models.Model):
    """`save()` of a row that was read writes the columns that differ from what was read.

    Django's own writes the whole row, so whoever read it before somebody else's change takes that change back: an
    account that was disabled meanwhile is active again. What Django and other libraries save by themselves, such as a
    new password, goes this way too.
    """

    class Meta:
        abstract = True

    _read: dict[str, Any]

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding or kwargs.get("force_insert")
        if not (is_new or args) and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = self.changed_columns()
        super().save(*args, **kwargs)
        self._remember(kwargs.get("update_fields"))

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        row = super().from_db(db, field_names, values, **more)
        row._remember()
        return row

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        chosen = None if fields is None else list(fields)
        super().refresh_from_db(using=using, fields=chosen, from_queryset=from_queryset)
        self._remember(chosen)

    def changed_columns(self) -> set[str]:
        """The names of the fields whose values differ from what was read or last saved."""
        read = getattr(self, "_read", {})
        held = self.__dict__
        return {
            field.name
            for field in self._meta.concrete_fields
            if field.attname in held and not field.primary_key
            and (field.attname not in read or held[field.attname] != read[field.attname])
        }  # fmt: skip

    def _remember(self, names: Sequence[str] | set[str] | None = None) -> None:
        held = self.__dict__
        read = held.setdefault("_read", {})
        for field in self._meta.concrete_fields:
            name = field.attname
            if name in held and (names is None or field.name in names or name in names):
                # Only these can be changed in place.
                read[name] = deepcopy(held[name]) if isinstance(held[name], list | dict) else held[name]
