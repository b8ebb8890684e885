"""How operations write rewards and categories: as changes of the programme, so that each makes a version of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from loyalty.catalogue.queries import known_stores
from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender

from .program import REWARDS

Item = Mapping[str, Any]
FIXED = ("id", "type", "status")


class NoSuchReward(Exception):
    """There is no reward of this ID, or it is archived."""


class NoSuchCategory(Exception):
    """There is no category of this ID."""


class TakenId(Exception):
    """A reward, or a category, has this ID, or had it before it was archived."""


class NotThatStatus(Exception):
    """Not of a reward that is as it is: `message` is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def write(section: str, items: Sequence[Item], by: Sender) -> None:
    """The fields that the items name. Raises Invalid naming the place."""
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        change.write({section: list(items)})


def refuse_fixed(values: Item) -> None:
    """What only the operation of its own changes, or nothing. Raises Invalid naming the field."""
    if wrong := [name for name in FIXED if name in values]:
        raise Invalid([(f"rewards.{wrong[0]}", "cannot be changed")])


def refuse_unknown_stores(after: Item, before: Item) -> None:
    """What a reward names anew must be there and active; what it has named stays. Raises Invalid naming the field."""
    anew = set(after.get("stores", ())) - set(before.get("stores", ()))
    if unknown := sorted(anew - set(known_stores(anew))) if anew else []:
        raise Invalid([("rewards.stores", f"must be of the catalogue and active, unlike {', '.join(unknown[:3])}")])


def changes(before: Item, after: Item) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that differ, as they were and as they are."""
    names = [name for name in after if after[name] != before.get(name)]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def given(item: Item) -> dict[str, Any]:
    """Of a new item what is not as it is if nobody says: for the trail."""
    return dict(_said(item, REWARDS.fields["properties"].get))


def _said(item: Item, schema_of: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        schema = schema_of(name) or {}
        if "default" not in schema or schema["default"] != value:
            yield name, value
