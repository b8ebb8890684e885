"""`/entities/tiers/tier`: tier structures, which the public interface reads and never writes."""

from collections.abc import Sequence
from typing import Any

from loyalty.api.entities.pairs import EntityPair
from loyalty.api.wire import schema_of
from loyalty.tiers.enums import TIERS_MODULE

from .examples import STATUS
from .objects import TierStructureObject, structure_object
from .queries import structures


def _listed(start: int, stop: int) -> Sequence[dict[str, Any]]:
    return [structure_object(one).written() for one in structures()[start:stop]]


def _found(id: str) -> dict[str, Any] | None:
    found = structures().filter(slug=id).first()
    return structure_object(found).written() if found else None


PAIR = EntityPair("tiers", "tier", _listed, _found, schema_of(TierStructureObject), STATUS, needs=TIERS_MODULE)
