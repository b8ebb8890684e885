"""Bonuses for the tests, saved as the back office saves them."""

import json
from decimal import Decimal
from typing import Any

from loyalty.accounts.models import Account
from loyalty.points.bonuses.models import Bonus
from loyalty.points.enums import BonusKind
from loyalty.points.orders.earning import describe
from tests.engine.world import rows


def bonus(multiplier: str | None = None, *, points: int | None = None, **conditions: Any) -> Bonus:
    """One of the default account, checked as a form checks it."""
    made = Bonus(
        account=Account.objects.get(is_default=True),
        name=conditions.pop("name", "Bonus"),
        kind=BonusKind.FIXED if multiplier is None else BonusKind.MULTIPLIER,
        multiplier=multiplier and Decimal(multiplier),
        points=points,
        **conditions,
    )
    made.full_clean()
    made.save()
    return made


def why() -> list[str]:
    """Why the last lot holds its points."""
    [(found,)] = rows("SELECT arithmetic::text FROM points_lot ORDER BY id DESC LIMIT 1")
    return describe(json.loads(found))
