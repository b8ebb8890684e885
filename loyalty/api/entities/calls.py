"""One call about an entity, by its own address or as one of many in a request: GET, PUT, POST or DELETE of a type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.api.problems import ApiError, bad_request

from .pairs import NOT_SHOWN, Caller, Entity, EntityPair

UNIQUE = "The ID is required and needs to be unique"
_VERBS = {"create": "created", "update": "changed", "delete": "archived"}


def taken() -> ApiError:
    """Of an ID that something has already, or that is not there although it must be."""
    return bad_request(UNIQUE)


@dataclass(frozen=True)
class EntityCall:
    """Each raises ApiError: 300706 for what the type does not allow."""

    pair: EntityPair
    by: Caller

    def show(self, text: str) -> Entity:
        found = None if "\x00" in text else self.pair.found(self.pair.id_of(text, self.by))
        if found is None:
            raise self.pair.not_found()
        return found

    def create(self, body: Mapping[str, Any], id: str | None = None) -> Entity:
        if self.pair.writes.create is None:
            raise self._refused("create")
        if id is not None:
            body = {**body, "id": _same(body.get("id"), id)}
        return self.pair.writes.create(body, self.by)

    def update(self, text: str, body: Mapping[str, Any]) -> Entity:
        if self.pair.writes.update is None:
            raise self._refused("update")
        return self.pair.writes.update(self._known(text), body, self.by)

    def delete(self, text: str) -> None:
        if self.pair.writes.delete is None:
            raise self._refused("delete")
        self.pair.writes.delete(self._known(text), self.by)

    def _known(self, text: str) -> str:
        """The ID. Raises ApiError for one that names nothing."""
        id = "" if "\x00" in text else self.pair.id_of(text, self.by)
        if not id or self.pair.found(id) is None:
            raise self.pair.not_found()
        return id

    def _refused(self, verb: str) -> ApiError:
        return not_allowed(self.pair, verb)


def not_allowed(pair: EntityPair, verb: str) -> ApiError:
    writes = [name for name in _VERBS if getattr(pair.writes, name) is not None]
    if not writes:
        message = f"Entities of type {pair.type} cannot be created, changed or deleted by the API"
    else:
        message = f"Entities of type {pair.type} cannot be {_VERBS[verb]} by the API"
    return bad_request(message, NOT_SHOWN)


def _same(named: Any, id: str) -> str:
    """That of the address, which the body may name as well."""
    if named not in (None, "") and str(named) != id:
        raise bad_request("'id' must be the ID of the address")
    return id
