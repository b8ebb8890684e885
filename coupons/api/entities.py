"""`/entities/coupons/pool`: pools, to be read."""

from collections.abc import Sequence
from typing import Any

from coupons.models import Pool
from loyalty.api.entities.pairs import EntityPair

from .docs import POOL, POOL_EXAMPLE
from .objects import pool_object


def _listed(start: int, stop: int) -> Sequence[dict[str, Any]]:
    return [pool_object(one) for one in Pool.objects.order_by("slug")[start:stop]]


def _found(id: str) -> dict[str, Any] | None:
    found = Pool.objects.filter(slug=id).first()
    return pool_object(found) if found else None


PAIR = EntityPair("coupons", "pool", _listed, _found, POOL, POOL_EXAMPLE)
