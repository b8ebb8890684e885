"""The register of actions, as the composition joins it out of the rows of all rooms."""

from collections.abc import Mapping
from functools import cache

from loyalty.engine.actions import Action, Attribute
from loyalty.engine.programs import programs


def registered_actions() -> Mapping[str, Action]:
    """By name, in the order of the rooms."""
    return programs.composition.actions


@cache
def registered_attributes() -> Mapping[str, Attribute]:
    """By name, the first of each: what it is called is the same in all actions, a test says so."""
    found: dict[str, Attribute] = {}
    for action in registered_actions().values():
        for attribute in action.attributes:
            found.setdefault(attribute.name, attribute)
    return found


def icon_of(action: str) -> str:
    row = registered_actions().get(action)
    return row.icon if row else Action.icon
