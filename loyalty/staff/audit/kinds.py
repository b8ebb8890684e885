"""What rooms say of the trail: how their operations are called, and what a subject such as `account:3` names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise

from loyalty.contributions import contributed
from loyalty.staff.sight import Sight

Text = str | Promise
MOST_FOUND = 20


def _no_fields() -> Mapping[str, Text]:
    return {}


@dataclass(frozen=True)
class OperationLabels:
    """The operations of a room, each as something that was done; `fields` are the labels of what they keep before and after.

    `attributes` are those that keep what anybody has sent of a customer, by its name.
    """

    group: Text
    labels: Mapping[str, Text]
    fields: Callable[[], Mapping[str, Text]] = field(default=_no_fields)
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SubjectKind:
    """What may stand before the colon of a subject. With a `model`, whose column `key` stands after it, the row has a name.

    `name`: the column by which people look for it. `page`: its address, by the key and the customer of the entry; rows that
    are `configured` have theirs among the configuration pages.
    """

    kind: str
    label: Text
    model: type[Model] | None = None
    key: str = "pk"
    name: str = ""
    page: Callable[[str, int | None], str | None] | None = None
    configured: bool = False

    def rows(self) -> QuerySet[Model]:
        assert self.model is not None
        return self.model._base_manager.annotate(subject_key=Cast(self.key, CharField()))

    def names(self, keys: Sequence[str]) -> dict[str, str]:
        """By key; one query, none for a kind without names. Deleted rows have none."""
        if self.model is None:
            return {}
        return {row.subject_key: str(row) for row in self.rows().filter(subject_key__in=keys)}  # type: ignore[attr-defined]

    def address(self, key: str, customer: int | None) -> str | None:
        if self.configured and self.model is not None:
            meta = self.model._meta
            return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[key])
        return self.page(key, customer) if self.page else None

    def find(self, text: str) -> list[str]:
        """The keys that a text means, a few at most: the key itself, and those of rows whose names have it somewhere.

        `#12` is the key alone.
        """
        if text.startswith("#"):
            return [text[1:]]
        if self.model is None or not self.name:
            return [text]
        named = self.rows().filter(Q(**{f"{self.name}__icontains": text}) & ~Q(subject_key=text))
        return [text, *named.order_by("pk").values_list("subject_key", flat=True)[: MOST_FOUND - 1]]


@cache
def subject_kinds() -> Mapping[str, SubjectKind]:
    return {one.kind: one for one in contributed(SubjectKind)}


@cache
def operation_labels() -> Mapping[str, Text]:
    return {name: label for room in contributed(OperationLabels) for name, label in room.labels.items()}


def labels_of_fields(operation: str) -> Mapping[str, Text]:
    """What its room calls what it keeps before and after."""
    room = _room_of(operation)
    return room.fields() if room else {}


def seen_values(operation: str, subject: str, values: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """Of what an operation keeps of a customer before or after, what is seen. `subject`: what it was done to."""
    room, kind = _room_of(operation), subject.partition(":")[0]
    anything = room is not None and operation in room.attributes
    return {
        name: value
        for name, value in values.items()
        if sight.sees(f"{kind}.{name}") and (sight.sees_attribute(name) if anything else sight.sees(name))
    }


def _room_of(operation: str) -> OperationLabels | None:
    return next((room for room in contributed(OperationLabels) if operation in room.labels), None)


def subject_of(row: Model) -> str:
    """How the trail calls a row; one of a kind that nobody has declared by its table."""
    model = type(row)
    kind = next((one for one in subject_kinds().values() if one.model is model), None)
    if kind is None:
        return f"{model._meta.model_name}:{row.pk}"
    return f"{kind.kind}:{row.pk if kind.key == 'pk' else getattr(row, kind.key)}"
