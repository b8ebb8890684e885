"""What an operation would do: it is performed and rolled back, and what was different meanwhile is told row by row."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.enums import Choices
from django.utils.translation import override

from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.engine.mechanism import Outcome
from loyalty.program.actions import registered_actions
from loyalty.program.document import differences
from loyalty.program.queries import read_program, sections
from loyalty.staff.audit.deeds import Call, Deed

MOST = 200


@dataclass(frozen=True)
class Figures:
    """Contributed: what a room knows of a customer that a change may move, as texts by their labels."""

    read: Callable[[int], Mapping[str, str]]


@dataclass(frozen=True)
class Effect:
    """One thing that changes: what it is called, and what it is before and afterwards; empty for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Trial:
    deed: Deed[Any]
    effects: Sequence[Effect]


def trial(call: Call) -> Trial:
    """Raises what the operation raises. Nothing is kept."""
    with transaction.atomic():
        found = performed(call)
        transaction.set_rollback(True)
    return found


@override(settings.LANGUAGE_CODE)
def performed(call: Call) -> Trial:
    """Perform it, and tell what it did, in the open transaction: in one language, so that others find it equal."""
    people = [value.id for value in call.arguments.values() if isinstance(value, Customer)]
    figures, programme = _figures(people), read_program()[1]
    deed = call.perform()
    moved = [Effect(label, *values) for label, values in _changes(figures, _figures(people)).items()]
    return Trial(deed, [*_events(deed), *moved, *_of_programme(programme), *_chosen(call)][:MOST])


def fingerprint(effects: Iterable[Effect]) -> str:
    """Equal for equal effects: who approves says by it what they have seen."""
    return hashlib.sha256(json.dumps(as_rows(effects)).encode()).hexdigest()


def as_rows(effects: Iterable[Effect]) -> list[dict[str, str]]:
    return [asdict(effect) for effect in effects]


def _figures(people: Sequence[int]) -> dict[str, str]:
    """Of several customers each line says whose it is."""
    names = dict(Customer.objects.filter(id__in=people).values_list("id", "public_id")) if len(people) > 1 else {}
    found: dict[str, str] = {}
    for customer in people:
        whose = f"{names.get(customer, customer)}: " if len(people) > 1 else ""
        for room in contributed(Figures):
            found |= {f"{whose}{label}": value for label, value in room.read(customer).items()}
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    names = {**before, **after}
    pairs = {name: (_text(before.get(name)), _text(after.get(name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def _events(deed: Deed[Any]) -> list[Effect]:
    """What is recorded. The numbers of events and orders differ from trial to trial, so none is told."""
    outcome = deed.value
    if not isinstance(outcome, Outcome):
        return []
    told = [Effect(_label(event.action), "", f"{event.points:+}" if event.points else "") for event in outcome.events]
    fields = _changes(deed.before, deed.after).items()
    return [*told, *(Effect(label, *values) for label, values in fields)]


def _chosen(call: Call) -> list[Effect]:
    """What was chosen of several ways to do it."""
    chosen = {name: value for name, value in call.arguments.items() if isinstance(value, Choices)}
    return [Effect(name.capitalize(), "", str(value.label)) for name, value in chosen.items()]


def _label(action: str) -> str:
    known = registered_actions().get(action)
    return str(known.label) if known else action


def _of_programme(before: Mapping[str, Any]) -> list[Effect]:
    found = differences(before, read_program()[1], sections())
    return [Effect(change.place, change.before, change.after) for change in found]
