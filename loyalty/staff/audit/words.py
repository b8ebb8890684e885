"""What was before and after, field by field, as people read it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext

from loyalty.formats import ABSENT

from .kinds import Text

Path = tuple[str, ...]
BETWEEN = " › "
# What names an item of a list; without any of them its number does.
NAMES = ("id", "slug", "name")
PLACE_OF_FILE = re.compile(r"[a-z_]+(\[[^\[\]]*\]|\.[a-z_0-9]+)+$")
PLACE = re.compile(r"[\[\].]+")


@dataclass(frozen=True)
class Difference:
    """`field` is the one of what was kept that it is of."""

    field: str
    label: str
    before: str
    after: str


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, Text], model: type[Model] | None = None
) -> list[Difference]:
    """The values that differ. `model`: the one whose columns they are."""
    was, now = dict(_leaves(before)), dict(_leaves(after))
    return [
        Difference(
            path[0],
            _label(path, labels, model),
            _shown(path, was.get(path), model),
            _shown(path, now.get(path), model),
        )
        for path in {**was, **now}
        if was.get(path) != now.get(path)
    ]


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and (value or not path):
        for name, one in value.items():
            yield from _leaves(one, (*path, str(name)))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, 1):
            yield from _leaves(one, (*path, _name(one, number)))
    else:
        yield path, value


def _name(item: Any, number: int) -> str:
    names = item if isinstance(item, Mapping) else {}
    return next((str(names[name]) for name in NAMES if isinstance(names.get(name), str)), str(number))


def _steps(path: Path) -> list[str]:
    """A place in the program file, such as `accounts[main].name`, leads through several."""
    return [step for part in path for step in (PLACE.sub(" ", part).split() if PLACE_OF_FILE.match(part) else [part])]


def _label(path: Path, labels: Mapping[str, Text], model: type[Model] | None) -> str:
    parts, places, steps = [], _models(path, model), _steps(path)
    for part in steps:
        kind, colon, name = part.partition(":")
        if colon and kind in _by_name():
            parts.append(f"{capfirst(str(_by_name()[kind]._meta.verbose_name))} {name}")
            continue
        parts.append(_name_of(part, labels, places, is_name=part not in (steps[0], steps[-1])))
    return BETWEEN.join(parts)


def _name_of(part: str, labels: Mapping[str, Text], places: Sequence[type[Model]], *, is_name: bool) -> str:
    """What stands between the first and the last step, and is no field, is what a brand calls something."""
    column = next((column for place in places if (column := _column(place, part))), None)
    named = labels.get(part) or (column.verbose_name if column else None)
    if named:
        return str(capfirst(str(named)))
    return part if is_name else str(capfirst(part.replace("_", " ")))


def _models(path: Path, model: type[Model] | None) -> list[type[Model]]:
    """The model of the row that the path leads through, if any, then that of the audited row."""
    below = [_by_name()[kind] for part in path if (kind := part.partition(":")[0]) in _by_name() and ":" in part]
    return [*below, *([model] if model else [])]


@cache
def _by_name() -> Mapping[str, type[Model]]:
    return {str(model._meta.model_name): model for model in apps.get_models()}


def _column(model: type[Model], name: str) -> Any:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if found.concrete else None


def _shown(path: Path, value: Any, model: type[Model] | None) -> str:
    if value in (None, "", [], {}):
        return ABSENT
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    column = next((column for place in _models(path, model) if (column := _column(place, path[-1]))), None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_word(one, _choices(column)) for one in value)
    return _word(value, _choices(column))


def _choices(column: Any) -> Mapping[Any, Any]:
    inner = getattr(column, "base_field", None)
    return dict(getattr(column, "flatchoices", ()) or getattr(inner, "flatchoices", ()))


def _word(value: Any, choices: Mapping[Any, Any]) -> str:
    return str(choices.get(value, value)) if isinstance(value, str | int) else str(value)
