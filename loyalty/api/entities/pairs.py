"""Which types of entities there are: rooms contribute theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.problems import bad_request
from loyalty.contributions import contributed
from loyalty.program.queries import general_settings

UNKNOWN_TYPE = 350300


@dataclass(frozen=True)
class EntityPair:
    """What `/entities/<module>/<entity>` lists and shows; nobody creates, changes or deletes it there.

    `listed`: those from one place of the list to before another. `found`: the one of the ID. `schema` and `example`: of
    one. While the module that it `needs` is off there is no such type.
    """

    module: str
    entity: str
    listed: Callable[[int, int], Sequence[Mapping[str, Any]]]
    found: Callable[[str], Mapping[str, Any] | None]
    schema: Schema
    example: Mapping[str, Any]
    needs: str = ""

    @property
    def type(self) -> str:
        return f"{self.module}/{self.entity}"


def pair_named(module: str, entity: str) -> EntityPair:
    """In any letter case, as clients write it. Raises ApiError: 350300."""
    wanted = f"{module}/{entity}".lower()
    pair = next((one for one in contributed(EntityPair) if one.type == wanted), None)
    if pair is None or (pair.needs and pair.needs not in general_settings().modules):
        raise bad_request("Entity type does not exist", UNKNOWN_TYPE)
    return pair
