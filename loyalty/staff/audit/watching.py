"""What the configuration pages change, as it happens: each row with what it was and what it is.

Django tells of every row that is saved or deleted. While a page is watched, those of the models that have a page, and of
the rows below them, are read before and after; what differs is written into the trail when the page is done. So a page
that somebody adds is watched without a line of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model
from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.forms.models import _get_foreign_key

from loyalty.staff.sender import Sender

from .enums import Note
from .kinds import subject_of
from .models import AuditEntry
from .writing import write_down

Values = dict[str, Any]
Key = tuple[type[Model], Any]
HIDDEN = "•••"
SECRET = ("password", "secret", "sealed", "token")
# Follow from others, or count for the machine.
DERIVED = frozenset({"is_staff", "is_superuser", "sessions_ended", "last_login"})
LONGEST = 2_000


def is_secret(name: str) -> bool:
    return any(word in name for word in SECRET)


def values_of(row: Model) -> Values:
    """By field; what is empty is left out."""
    fields = [one for one in row._meta.concrete_fields if not one.primary_key]
    found = {one.name: _value(row, one) for one in fields if one.name not in DERIVED}
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _value(row: Any, column: Any) -> Any:
    value = column.value_from_object(row)
    if is_secret(column.name):
        return value  # compared, and hidden when it is written down
    if column.is_relation:
        return None if value is None else str(getattr(row, column.name))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value[:LONGEST] if isinstance(value, str) else value


@dataclass(frozen=True)
class Seen:
    """A row as it is at one moment. `subject` is what has a page; of a row below one, `label` tells them apart."""

    values: Values
    subject: str
    label: str = ""

    def told(self, values: Values) -> Values:
        return {self.label: values} if self.label and values else values


@dataclass
class Change:
    """What has become of a subject."""

    subject: str
    note: Note = Note.CHANGED
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)


class Watch:
    """Of one request."""

    def __init__(self) -> None:
        self._before: dict[Key, Seen | None] = {}

    def keep(self, row: Model) -> None:
        """As it is in the database now, unless it was kept already."""
        key = type(row), row.pk
        if row.pk is not None and key not in self._before:
            self._before[key] = _read(*key)

    def made(self, row: Model) -> None:
        """A row that had no key when it was about to be saved."""
        self._before.setdefault((type(row), row.pk), None)

    def forget(self) -> None:
        """An operation has told by itself what has been done so far."""
        self._before.clear()

    def changes(self) -> Iterable[Change]:
        found: dict[str, Change] = {}
        for key, was in self._before.items():
            now = _read(*key)
            seen = now or was
            before, after = differing(was.values if was else {}, now.values if now else {})
            if seen is None or not (before or after):
                continue
            change = found.setdefault(seen.subject, Change(seen.subject))
            change.before.update(seen.told(before))
            change.after.update(seen.told(after))
            if not seen.label:
                change.note = _note(was, now, {*before, *after})
        return found.values()


def _note(was: Seen | None, now: Seen | None, names: set[str]) -> Note:
    if was is None or now is None:
        return Note.DELETED if was else Note.ADDED
    return Note.PASSWORD_SET if names == {"password"} else Note.CHANGED


def _read(model: type[Model], key: Any) -> Seen | None:
    row = model._base_manager.filter(pk=key).first()
    if row is None:
        return None
    if model in _below:
        label = f"{model._meta.model_name}:{row}"
        return Seen(values_of(row), subject_of(getattr(row, _below[model])), label)
    return Seen(values_of(row), subject_of(row))


def differing(before: Values, after: Values) -> tuple[Values, Values]:
    """What is not the same in both; secrets hidden."""
    names = [name for name in before | after if before.get(name) != after.get(name)]
    return _of(names, before), _of(names, after)


def _of(names: list[str], values: Values) -> Values:
    return {name: HIDDEN if is_secret(name) else values[name] for name in names if name in values}


# Rows below those that have a page, and the foreign key to these.
_below: dict[type[Model], str] = {}
_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(by: Callable[[], Sender]) -> Iterator[None]:
    """What the block changes is written into the trail at its end, in the transaction that is open."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)
    for change in watch.changes():
        write_down(change.note, by=by(), subject=change.subject, before=change.before, after=change.after)


def hear_of(model: type[Model], page: type[BaseModelAdmin[Any]]) -> None:
    """From now on rows of the model, and those below them, are watched. Of no others: Django reads each row one by one
    before it deletes it where anybody wants to hear of it."""
    for inline in getattr(page, "inlines", ()):
        _below[inline.model] = _get_foreign_key(model, inline.model, fk_name=inline.fk_name).name
        _connect(inline.model)
    _connect(model)


def _connect(model: type[Model]) -> None:
    for signal, hear in ((pre_save, _keep), (pre_delete, _keep), (post_save, _made)):
        signal.connect(hear, sender=model, dispatch_uid=f"audit {model._meta.label}")


def _keep(instance: Model, **kwargs: Any) -> None:
    if watch := _watch.get():
        watch.keep(instance)


def _made(instance: Model, **kwargs: Any) -> None:
    if watch := _watch.get():
        watch.made(instance)


@receiver(post_save, sender=AuditEntry, dispatch_uid="audit.told")
def _told(**kwargs: Any) -> None:
    if watch := _watch.get():
        watch.forget()
