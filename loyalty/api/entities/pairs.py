"""Which types of entities there are, and what may be done with each: rooms contribute theirs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework.request import Request

from loyalty.api.access.scopes import check_api, key_of
from loyalty.api.docs.describe import Schema
from loyalty.api.problems import ApiError, bad_request
from loyalty.api.views import ApiView
from loyalty.contributions import contributed
from loyalty.database.filters import ListFilters
from loyalty.program.queries import general_settings
from loyalty.staff.sender import Sender

UNKNOWN_TYPE, NOT_SHOWN = 350300, 300706
Entity = Mapping[str, Any]


@dataclass(frozen=True)
class Caller(Sender):
    """The integrator who asks, by a request to this view; the key is what allows it."""

    view: ApiView | None = None

    @property
    def request(self) -> Request:
        assert self.view is not None
        return self.view.request


@dataclass(frozen=True)
class EntityWrites:
    """What of a type may be created, changed and deleted; None: it may not. Each raises ApiError for what cannot be.

    `create` is given the body, with the `id` of the address in it if that has one; `update` the ID and the body, and both
    give the answer; `delete` is given the ID. The schemas and examples are of the two bodies, and of what `create` answers.
    """

    create: Callable[[Entity, Caller], Entity] | None = None
    update: Callable[[str, Entity, Caller], Entity] | None = None
    delete: Callable[[str, Caller], None] | None = None
    created: Schema = field(default_factory=dict)
    create_body: Schema = field(default_factory=dict)
    update_body: Schema = field(default_factory=dict)
    create_examples: Sequence[tuple[str, Entity, Entity]] = ()
    update_examples: Sequence[tuple[str, Entity, Entity]] = ()
    delete_examples: Sequence[str] = ()


def _same_id(text: str, by: Caller) -> str:
    return text


def _none() -> Collection[str]:
    return ()


@dataclass(frozen=True)
class EntityPair:
    """What `/entities/<module>/<entity>` lists and shows, and what of it is written there: nothing, if nobody says.

    `listed`: those from one place of the list to before another; of a type with `filters` it is also given the values that
    are asked for, by attribute: of those filters that have an example. `searchable_too`: those that the brand has made so.
    `found`: the one of the ID. `schema` and `example`: of one. While the module that it `needs` is off there is no such type.
    `unknown`: the code and the message for an ID that names none.

    `id_of`: the ID that a text of an address means, where one has several; raises ApiError. `scope`: what a key needs
    beside that for entities. What is `personal` is of one customer: it is not sent in bulk, whose answer is of nobody.
    """

    module: str
    entity: str
    listed: Callable[..., Sequence[Entity]]
    found: Callable[[str], Entity | None]
    schema: Schema
    example: Entity | Callable[[], Entity]
    needs: str = ""
    writes: EntityWrites = EntityWrites()
    unknown: tuple[int, str] = (0, "Entity not found")
    filters: type[ListFilters] | None = None
    searchable_too: Callable[[], Collection[str]] = _none
    id_of: Callable[[str, Caller], str] = _same_id
    scope: str = ""
    personal: bool = False

    def not_found(self) -> ApiError:
        return bad_request(self.unknown[1], self.unknown[0])

    @property
    def sample(self) -> Entity:
        """The example, which may be made of what all rooms say."""
        return self.example() if callable(self.example) else self.example

    @property
    def searchable(self) -> Mapping[str, Any]:
        """By attribute an example of what the list is narrowed by."""
        return self.filters.examples if self.filters else {}

    @property
    def type(self) -> str:
        return f"{self.module}/{self.entity}"


@dataclass(frozen=True)
class HiddenEntity:
    """A type that there is in the back office and that the API never shows: 300706, whatever is asked of it."""

    module: str
    entity: str


def pair_named(module: str, entity: str, request: Request) -> EntityPair:
    """In any letter case, as clients write it. Raises ApiError: 350300, 300706, and 403 for a key that lacks its scope."""
    wanted = f"{module}/{entity}".lower()
    if any(f"{one.module}/{one.entity}" == wanted for one in contributed(HiddenEntity)):
        raise bad_request(f"Entities of type {wanted} are not shown by the API", NOT_SHOWN)
    pair = next((one for one in contributed(EntityPair) if one.type == wanted), None)
    if pair is None or (pair.needs and pair.needs not in general_settings().modules):
        raise bad_request("Entity type does not exist", UNKNOWN_TYPE)
    if pair.scope:
        check_api(key_of(request), pair.scope)
    return pair
