"""The program file's `event_types`."""

from collections.abc import Iterable
from typing import Any

from loyalty.staff.section import (
    NAME,
    Document,
    Key,
    Problem,
    Section,
    by_name,
    changed,
    fields,
    flag,
    optional,
    several,
    text,
    whole,
)

from .enums import EARNING_BY_TYPE, MAY_BE_BEHAVIOURAL, ONCE_BY_TYPE
from .models import EventType

PLAIN = ("name", "labels", "description", "default_points", "one_time", "exposed", "behavioural", "pending_days")
LISTS = ("attributes", "personal_attributes")
# What a built-in action does is written in its mechanism.
BUILT_IN = ("attributes", "default_points", "one_time")
MAX_POINTS = 2**31 - 1
_NEVER = "cannot be true: the action is personal or transactional, so it must be signed"

_ATTRIBUTES = several({"type": "string", "minLength": 1, "maxLength": 64}, default=[])
_LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "title": "a language such as hu or pt-BR"}


def read_event_types() -> list[dict[str, Any]]:
    return sorted((_read(row) for row in EventType.objects.all()), key=lambda item: item["action"])


def _read(row: EventType) -> dict[str, Any]:
    return {
        "action": row.action,
        **{name: getattr(row, name) for name in PLAIN},
        **{name: list(dict.fromkeys(getattr(row, name))) for name in LISTS},
        "built_in": row.factory,
    }


def write_event_types(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted: events name them."""
    EventType.objects.bulk_create(
        [
            EventType(
                action=item["action"], factory=item["built_in"], **{name: item[name] for name in (*PLAIN, *LISTS)}
            )
            for item in changed(wanted, current)
        ],
        update_conflicts=True,
        unique_fields=["action"],
        update_fields=[*PLAIN, *LISTS],
    )


def fixed_fields(action: str) -> list[str]:
    """The fields of a built-in action that nobody can change."""
    free = {"default_points"} if action in EARNING_BY_TYPE else set()
    return [name for name in BUILT_IN if name not in free | ({"one_time"} if action in ONCE_BY_TYPE else set())]


def check_event_types(wanted: Document, current: Document) -> Iterable[Problem]:
    known = {item["action"]: item for item in current["event_types"]}
    for item in wanted["event_types"]:
        before = known.get(item["action"], {"built_in": False})
        path = ("event_types", Key(item["action"]))
        if item["built_in"] != before["built_in"]:
            yield Problem(
                (*path, "built_in"),
                "must be true" if before["built_in"] else "must be false: no such action is built in",
            )
        elif item["built_in"]:
            yield from (
                Problem((*path, name), "cannot be changed: the action is built in")
                for name in fixed_fields(item["action"])
                if item[name] != before[name]
            )
            if item["behavioural"] and item["action"] not in MAY_BE_BEHAVIOURAL:
                yield Problem((*path, "behavioural"), _NEVER)


EVENT_TYPES = Section(
    name="event_types",
    key="action",
    schema=fields(
        {
            "action": NAME,
            "name": text(EventType, "name"),
            "labels": by_name(_LANGUAGE, {"type": "string"}, default={}, description="The name per language."),
            "description": text(EventType, "description", default=""),
            "attributes": _ATTRIBUTES,
            "personal_attributes": _ATTRIBUTES,
            "default_points": whole(0, MAX_POINTS, default=0),
            "one_time": flag(default=False),
            "exposed": flag(default=True, description="Shown by the Display API."),
            "behavioural": flag(
                default=False,
                description="May come unsigned, from a page or an app; never what is personal or transactional.",
            ),
            "pending_days": optional(whole(0, 32_767, description="Its points stay pending for so many days.")),
            "built_in": flag(
                default=False,
                description="Its attributes are the engine's and stay; so do default points and one_time, unless it "
                "earns by its type and is recorded only (docs/ledger.md).",
            ),
        },
        "action",
    ),
    read=read_event_types,
    write=write_event_types,
    check=check_event_types,
)
