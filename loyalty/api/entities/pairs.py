"""Which types of entities there are, and what may be done with each: rooms contribute theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loyalty.api.docs.describe import Schema
from loyalty.api.problems import ApiError, bad_request
from loyalty.contributions import contributed
from loyalty.program.queries import general_settings
from loyalty.staff.sender import Sender

UNKNOWN_TYPE = 350300
Entity = Mapping[str, Any]


@dataclass(frozen=True)
class EntityWrites:
    """What of a type may be created, changed and deleted; None: it may not. Each raises ApiError for what cannot be.

    `create` is given the body, `update` the ID and the body, and both give the answer; `delete` is given the ID. The
    schemas and examples are of the two bodies, and of what `create` answers.
    """

    create: Callable[[Entity, Sender], Entity] | None = None
    update: Callable[[str, Entity, Sender], Entity] | None = None
    delete: Callable[[str, Sender], None] | None = None
    created: Schema = field(default_factory=dict)
    create_body: Schema = field(default_factory=dict)
    update_body: Schema = field(default_factory=dict)
    create_examples: Sequence[tuple[str, Entity, Entity]] = ()
    update_examples: Sequence[tuple[str, Entity, Entity]] = ()
    delete_examples: Sequence[str] = ()


@dataclass(frozen=True)
class EntityPair:
    """What `/entities/<module>/<entity>` lists and shows, and what of it is written there: nothing, if nobody says.

    `listed`: those from one place of the list to before another. `found`: the one of the ID. `schema` and `example`: of
    one. While the module that it `needs` is off there is no such type. `unknown`: the code and the message for an ID that
    names none.
    """

    module: str
    entity: str
    listed: Callable[[int, int], Sequence[Entity]]
    found: Callable[[str], Entity | None]
    schema: Schema
    example: Entity
    needs: str = ""
    writes: EntityWrites = EntityWrites()
    unknown: tuple[int, str] = (0, "Entity not found")

    def not_found(self) -> ApiError:
        return bad_request(self.unknown[1], self.unknown[0])

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
