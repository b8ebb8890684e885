"""The structures of the random lives: every expiration, method, downgrade and validity that go together."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from tests.tiers.model import Level, Structure

HIGH = (Level("t0", 0), Level("t1", 1000), Level("t2", 2500), Level("t3", 5000))
LOW = (Level("t0", 0), Level("t1", 300), Level("t2", 800), Level("t3", 2000))
# What nobody has for nothing, and what is never lost.
FROM_100 = (Level("b", 100), Level("s", 700), Level("g", 1800))
KEPT = (Level("t0", 0), Level("t1", 600, kept_for_good=True), Level("t2", 1500), Level("t3", 4000, kept_for_good=True))


@dataclass(frozen=True)
class Expiration:
    name: str
    rolling_months: int = 0
    dates: tuple[tuple[int, int], ...] = ()

    @property
    def kind(self) -> str:
        return self.name.partition(" ")[0]


EXPIRATIONS = (
    Expiration("none"),
    Expiration("rolling 1", rolling_months=1),
    Expiration("rolling 6", rolling_months=6),
    Expiration("rolling 12", rolling_months=12),
    Expiration("calendar one", dates=((1, 1),)),
    Expiration("calendar leap", dates=((2, 29),)),
    Expiration("calendar two", dates=((3, 31), (10, 26))),
    Expiration("anniversary"),
)
METHODS = ("keep_highest", "one_down", "reset", "never")
MONTHS = (1, 6, 12)
WITH_PERIODS = ("calendar", "anniversary")
# How the others differ from points of the default account, all actions counted.
TYPES: tuple[dict[str, object], ...] = (
    {},
    {},
    {"type": "spend_based"},
    {},
    {"actions": frozenset({"checkout", "point_fix", "pending_accept"})},
    {},
    {"initialise_at_opt_in": False},
    {"actions": frozenset({"point_add", "point_sub", "review"}), "initialise_at_opt_in": False},
    {"account": "bonus"},
    {},
    {"type": "invitation_only"},
    {"type": "spend_based", "initialise_at_opt_in": False},
)


def validities(expiration: Expiration) -> tuple[str | None, ...]:
    periods = ("period", "next_period") if expiration.kind in WITH_PERIODS else ()
    return (None, *periods, "months")


def combinations() -> Iterator[tuple[Expiration, str, bool]]:
    yield from product(EXPIRATIONS, METHODS, (False, True))


def structures(round_: int) -> list[Structure]:
    """One for each expiration, method and downgrade; validities go round, all else is drawn."""
    dice = random.Random(f"structures {round_}")
    return [
        _structure(dice, expiration, method, downgrade, round_ + place)
        for place, (expiration, method, downgrade) in enumerate(combinations())
    ]


def _structure(dice: random.Random, expiration: Expiration, method: str, downgrade: bool, turn: int) -> Structure:
    choices = validities(expiration)
    validity = choices[turn % len(choices)]
    ladders = (LOW, LOW, FROM_100) if expiration.rolling_months == 1 else (HIGH, HIGH, LOW, FROM_100, KEPT)
    found = Structure(
        f"{expiration.name} {method} {'down' if downgrade else 'stay'} {validity}".replace(" ", "-"),
        dice.choice(ladders), downgrade=downgrade, expiration=expiration.kind,
        rolling_months=expiration.rolling_months, dates=expiration.dates, method=method, validity=validity,
        validity_months=dice.choice(MONTHS) if validity == "months" else 0,
        points_grace_days=dice.choice((0, 0, 3, 40)),
        # By `reset` nobody has a grace.
        level_grace_days=0 if method == "reset" else dice.choice((0, 0, 1, 30)),
    )  # fmt: skip
    found = replace(found, **dice.choice(TYPES))  # type: ignore[arg-type]
    # Nobody begins on a level that asks for points.
    return replace(found, initialise_at_opt_in=False) if found.levels is FROM_100 else found
