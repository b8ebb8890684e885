"""What the buttons of the editor do to the rule: add a condition or a group to a part, or remove a part. Pure."""

import re
from typing import Any

from segments.language.tree import Json

from .posted import ROOT

ADD, GROUP, REMOVE = "add", "group", "remove"
_ACT = re.compile(r"(add|group|remove):(r(?:-[0-9]{1,2})*)")
NEW_CONDITION: Json = {"fact": "purchases.any"}


def act_on(rule: Json, act: str) -> str:
    """Change the rule in place; the path of the condition to go on with, "" if nothing was done."""
    match = _ACT.fullmatch(act)
    if match is None:
        return ""
    what, path = match.groups()
    return _remove(rule, path) if what == REMOVE else _add(rule, path, what)


def _add(rule: Json, path: str, what: str) -> str:
    parts = _parts(rule, path)
    if parts is None:
        return ""
    parts.append(dict(NEW_CONDITION) if what == ADD else {"any": [dict(NEW_CONDITION)]})
    place = f"{path}-{len(parts) - 1}"
    return place if what == ADD else f"{place}-0"


def _remove(rule: Json, path: str) -> str:
    above, _, place = path.rpartition("-")
    parts = _parts(rule, above) if above else None
    if parts is None or int(place) >= len(parts):
        return ""
    del parts[int(place)]
    return above


def _parts(rule: Json, path: str) -> "list[Any] | None":
    """Of the group at the path; None for what is no group."""
    found: Any = rule
    for place in path.split("-")[1:]:
        parts = _inner(found)
        if parts is None or int(place) >= len(parts):
            return None
        found = parts[int(place)]
    return _inner(found) if path.split("-")[0] == ROOT else None


def _inner(part: Any) -> "list[Any] | None":
    while isinstance(part, dict) and "not" in part:
        part = part["not"]
    found = part.get("all", part.get("any")) if isinstance(part, dict) else None
    return found if isinstance(found, list) else None
