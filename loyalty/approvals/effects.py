"""What an operation would do: it is performed and rolled back, and what was different meanwhile is told row by row."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.enums import Choices
from django.utils.translation import override

from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.engine.mechanism import Outcome
from loyalty.program.actions import registered_actions
from loyalty.program.document import differences as differences_of_files
from loyalty.program.queries import read_program, sections
from loyalty.staff.audit.deeds import Call, Deed
from loyalty.staff.audit.kinds import labels_of_fields, seen_values
from loyalty.staff.audit.words import differences
from loyalty.staff.sight import Sight

MOST = 200


@dataclass(frozen=True)
class Figures:
    """Contributed: what a room knows of a customer that a change may move, as texts by their labels."""

    read: Callable[[int], Mapping[str, str]]


@dataclass(frozen=True)
class Effect:
    """One thing that changes: what it is called, and what it is before and afterwards; empty for nothing.

    `field`: of the customer that it is about, by the name that rights to personal data go by.
    """

    label: str
    before: str
    after: str
    field: str = ""


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
    after = _figures(people)
    # Figures have the names that rooms give them.
    moved = [
        Effect(one.label, one.before, one.after) for one in differences(figures, after, {name: name for name in after})
    ]
    return Trial(deed, [*_events(deed), *_fields(call, deed), *moved, *_of_programme(programme), *_chosen(call)][:MOST])


def fingerprint(effects: Iterable[Effect]) -> str:
    """Equal for equal effects: who approves says by it what they have seen."""
    shown = [[effect.label, effect.before, effect.after] for effect in effects]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def as_rows(effects: Iterable[Effect]) -> list[dict[str, str]]:
    """What is about no field does not say so."""
    return [{name: text for name, text in asdict(effect).items() if text or name != "field"} for effect in effects]


def seen_effects(operation: str, effects: Iterable[Effect], sight: Sight) -> list[Effect]:
    """Those about fields that are seen."""

    def is_seen(effect: Effect) -> bool:
        return not effect.field or bool(seen_values(operation, "", {effect.field: None}, sight))

    return [effect for effect in effects if is_seen(effect)]


def _figures(people: Sequence[int]) -> dict[str, str]:
    """Of several customers each line says whose it is."""
    names = dict(Customer.objects.filter(id__in=people).values_list("id", "public_id")) if len(people) > 1 else {}
    found: dict[str, str] = {}
    for customer in people:
        whose = f"{names.get(customer, customer)}: " if len(people) > 1 else ""
        for room in contributed(Figures):
            found |= {f"{whose}{label}": value for label, value in room.read(customer).items()}
    return found


def _events(deed: Deed[Any]) -> list[Effect]:
    """What is recorded. The numbers of events and orders differ from trial to trial, so none is told."""
    outcome = deed.value
    if not isinstance(outcome, Outcome):
        return []
    return [Effect(_label(event.action), "", f"{event.points:+}" if event.points else "") for event in outcome.events]


def _fields(call: Call, deed: Deed[Any]) -> list[Effect]:
    """What was before and after, in the words of the trail."""
    if deed.customer_id is None:
        return []
    found = differences(deed.before, deed.after, labels_of_fields(call.declared.audit))
    return [Effect(one.label, one.before, one.after, one.field) for one in found]


def _chosen(call: Call) -> list[Effect]:
    """What was chosen of several ways to do it."""
    chosen = {name: value for name, value in call.arguments.items() if isinstance(value, Choices)}
    return [Effect(name.capitalize(), "", str(value.label)) for name, value in chosen.items()]


def _label(action: str) -> str:
    known = registered_actions().get(action)
    return str(known.label) if known else action


def _of_programme(before: Mapping[str, Any]) -> list[Effect]:
    found = differences_of_files(before, read_program()[1], sections())
    return [Effect(change.place, change.before, change.after) for change in found]
