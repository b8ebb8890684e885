"""Parts of the programme that can be switched off: each is named by the room that it is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.contributions import contributed
from loyalty.engine.actions import Text


@dataclass(frozen=True)
class Module:
    """Off hides its fields, pages and labels. `name`: as the program file has it; `is_on_at_first`: in a new programme."""

    name: str
    label: Text
    is_on_at_first: bool = False


def module_choices() -> Sequence[tuple[str, Text]]:
    return [(module.name, module.label) for module in contributed(Module)]


def module_names() -> Sequence[str]:
    return [module.name for module in contributed(Module)]
