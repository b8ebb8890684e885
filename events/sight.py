"""What somebody sees of what events say of a person."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from customers.actions import PROFILING
from customers.fields.reserved import ABOUT_THE_EVENT
from customers.profiling import ANSWER
from loyalty.program.actions import registered_actions
from loyalty.staff.sight import Sight

from .models import Event
from .types.models import EventAttribute

T = TypeVar("T")


def seen_events(events: Sequence[Event], sight: Sight) -> Sequence[Event]:
    """The same ones, to be shown, never to be saved: without attributes, address and browser that are not seen.

    A query, unless everything is seen.
    """
    if sight.is_full or not events:
        return events
    listed = _listed({event.action for event in events})
    for event in events:
        if "data" in event.__dict__:
            event.data = _seen_data(event.action, event.data, listed.get(event.action, ()), sight)
        if not sight.sees("ip_address"):
            event.ip_address, event.user_agent = None, ""
    return events


def unseen_attributes(action: str, data: Mapping[str, Any], sight: Sight) -> list[str]:
    """Of what somebody wants to record, the attributes that they would not see; a query, unless everything is seen."""
    if sight.is_full:
        return []
    listed = _listed({action}).get(action, ())
    return [_field_of(name, action, data) for name in data if not _is_seen(name, action, data, listed, sight)]


def _listed(actions: Collection[str]) -> Mapping[str, Collection[str]]:
    """By action, the attributes that the brand has said to tell nothing of a person."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = EventAttribute.objects.filter(event_type__in=set(actions) - PROFILING, personal=False)
    for action, slug in rows.values_list("event_type", "slug"):
        found[action].add(slug)
    return found


def _seen_data(action: str, data: Mapping[str, Any], listed: Collection[str], sight: Sight) -> dict[str, Any]:
    shown = (name for name in data if _is_seen(name, action, data, listed, sight))
    return {name: _seen_value(data[name], sight) for name in shown}


def _is_seen(name: str, action: str, data: Mapping[str, Any], listed: Collection[str], sight: Sight) -> bool:
    field = _field_of(name, action, data)
    if not sight.sees(field):
        return False
    row = registered_actions().get(action)
    own = {one.name for one in row.attributes} if row else set[str]()
    is_of_event = field in ABOUT_THE_EVENT or field in listed or (field == name and name in own)
    return is_of_event or sight.sees_attribute(field)


def _field_of(name: str, action: str, data: Mapping[str, Any]) -> str:
    """An answer is a value of the field that it fills in."""
    if action != ANSWER or name != "answer":
        return name
    return str(data.get("attribute") or data.get("question") or name)


def _seen_value(value: T, sight: Sight) -> T | dict[str, Any] | list[Any]:
    """What is nested goes by its names."""
    if isinstance(value, Mapping):
        return {name: _seen_value(one, sight) for name, one in value.items() if sight.sees(name)}
    if isinstance(value, list):
        return [_seen_value(one, sight) for one in value]
    return value
