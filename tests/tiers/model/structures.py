"""What a brand says of a structure, as plain values."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Level:
    id: str
    threshold: int
    # Never lost but by hand.
    kept_for_good: bool = False


@dataclass(frozen=True)
class Structure:
    """`dates`: (month, day) of each year. `actions`: those whose points count; empty for all."""

    id: str
    levels: tuple[Level, ...]
    type: str = "point_based"
    account: str = "main"
    currency: str = "EUR"
    actions: frozenset[str] = frozenset()
    initialise_at_opt_in: bool = True
    downgrade: bool = False
    expiration: str = "none"
    rolling_months: int = 0
    dates: tuple[tuple[int, int], ...] = ()
    method: str = "keep_highest"
    validity: str | None = None
    validity_months: int = 0
    points_grace_days: int = 0
    level_grace_days: int = 0

    @property
    def has_periods(self) -> bool:
        return self.expiration in ("calendar", "anniversary")

    def reached_by(self, points: Decimal) -> int | None:
        """The place of the highest level whose threshold is not above the points; None if they reach none."""
        if self.type == "invitation_only":
            return 0
        reached = [place for place, level in enumerate(self.levels) if level.threshold <= points]
        return reached[-1] if reached else None

    def place_of(self, id: str) -> int:
        return [level.id for level in self.levels].index(id)
