"""`/entities/tiers/tier`: tier structures, which the public interface reads and never writes."""

from collections.abc import Sequence
from typing import Any

from customers.api.serializers import number
from loyalty.api.entities.pairs import EntityPair
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.tiers.models import Level, Structure

from .queries import structures
from .schemas import STATUS, STRUCTURE


def _listed(start: int, stop: int) -> Sequence[dict[str, Any]]:
    return [_object(one) for one in structures()[start:stop]]


def _found(id: str) -> dict[str, Any] | None:
    found = structures().filter(slug=id).first()
    return _object(found) if found else None


def _object(structure: Structure) -> dict[str, Any]:
    return {
        "id": structure.slug,
        "name": structure.name,
        "status": structure.status,
        "account": {"id": structure.account.slug, "name": structure.account.name},
        "type": structure.type,
        "expiration_type": structure.expiration,
        # A text, as published.
        "rolling_months": str(structure.rolling_months) if structure.rolling_months else None,
        "calendar_expirations": structure.dates,
        "tiers": [_level(level) for level in structure.levels.all()],
    }


def _level(level: Level) -> dict[str, Any]:
    return {"id": level.slug, "name": level.names, "threshold": number(level.threshold)}


PAIR = EntityPair("tiers", "tier", _listed, _found, STRUCTURE, STATUS, needs=TIERS_MODULE)
