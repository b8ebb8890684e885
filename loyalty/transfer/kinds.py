"""What the rows of a file can be: events and customers, and what rooms take."""

from collections.abc import Mapping

from loyalty.contributions import contributed
from loyalty.engine.actions import Text
from loyalty.intake.files import Importable
from loyalty.staff.roles.rights import Right

from .enums import Model


def kind_labels() -> Mapping[str, Text]:
    """By the kind's name."""
    return {**dict(Model.choices), **{kind.name: kind.label for kind in contributed(Importable)}}


def right_for(name: str) -> Right | None:
    """What is asked for beside the right to import."""
    return next((kind.right for kind in contributed(Importable) if kind.name == name), None)


def kind_of_room(name: str) -> Importable:
    """Raises LookupError where no room takes such a file, or no room does any more."""
    found = next((kind for kind in contributed(Importable) if kind.name == name), None)
    if found is None:
        raise LookupError(f"No room takes files of {name}")
    return found
