"""What the rules of tiers read of the programme. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from .enums import Expiration, Method, StructureType, Validity

APP = "tiers"


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A rung of the ladder. `multiplier`: of what purchases earn; `kept`: once reached, it is never lost but by hand."""

    id: int
    slug: str
    names: Mapping[str, str]
    threshold: Decimal
    multiplier: Decimal | None = None
    kept: bool = False

    @property
    def name(self) -> str:
        """One of its names, whatever its language."""
        return self.names.get("en") or next(iter(self.names.values()), self.slug)


@dataclass(frozen=True)
class StructureRule:
    """An active structure. `levels` from the lowest; `dates` are (month, day) pairs; `actions` empty: all count."""

    id: int
    slug: str
    name: str
    account_id: int
    type: StructureType
    levels: tuple[LevelRule, ...]
    expiration: Expiration = Expiration.NONE
    method: Method = Method.KEEP_HIGHEST
    actions: frozenset[str] = frozenset()
    currency: str = ""
    rolling_months: int = 0
    dates: tuple[tuple[int, int], ...] = ()
    validity: Validity | None = None
    validity_months: int = 0
    initialise_at_opt_in: bool = True
    downgrade: bool = False
    points_grace_days: int = 0
    level_grace_days: int = 0
    notice_days: int = 0
    # The IDs and thresholds of levels that are no longer among them, by their internal ids.
    removed: Mapping[int, tuple[str, Decimal]] = field(default_factory=dict)

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where each level stands, by its internal id."""
        return {level.id: place for place, level in enumerate(self.levels)}

    @cached_property
    def by_slug(self) -> Mapping[str, int]:
        return {level.slug: place for place, level in enumerate(self.levels)}

    @property
    def has_periods(self) -> bool:
        return self.expiration in (Expiration.CALENDAR, Expiration.ANNIVERSARY)


@dataclass(frozen=True)
class TiersConfig:
    """The active structures by their IDs; none while the module is off."""

    structures: Mapping[str, StructureRule] = field(default_factory=dict)

    @cached_property
    def all(self) -> tuple[StructureRule, ...]:
        return tuple(self.structures.values())

    @cached_property
    def by_account(self) -> Mapping[int, tuple[StructureRule, ...]]:
        """Those that give the holders of a level more points, by the account that these are earned in."""
        found: dict[int, tuple[StructureRule, ...]] = {}
        for rule in self.all:
            if any(level.multiplier is not None for level in rule.levels):
                found[rule.account_id] = (*found.get(rule.account_id, ()), rule)
        return found
