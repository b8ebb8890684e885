"""Two years of customers' lives in all structures at once agree with the model, on each day on which something may differ."""

from collections import Counter
from functools import cache
from typing import Any, cast

import pytest
from django.db import transaction

from loyalty.engine.programs import programs
from loyalty.tiers.expiry import operations
from loyalty.tiers.queries import tiers_config
from tests.engine.model import Custom, Earning, Expiry, Setup
from tests.examples import examples
from tests.tiers.both import Both
from tests.tiers.histories import lives
from tests.tiers.structures import structures

pytestmark = pytest.mark.django_db
CUSTOM = {"review": Custom(50), "survey": Custom(70, pending_days=3)}
# Everything at once, with points that expire and a balance that may be owed; or in steps, by lines.
SETUPS = (
    Setup(
        "off", {"main": Earning("transaction", "nearest", "100"), "bonus": None}, CUSTOM, zone="Europe/Berlin",
        negative=frozenset({"main"}), expiry={"main": Expiry("rolling", after=3, unit="months")},
    ),
    Setup(
        "off", {"main": Earning("item", "nearest", "100"), "bonus": None}, CUSTOM, zone="Europe/Berlin",
        accept=True, accept_after_days=14,
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The structures stay as they are: the timer need not read them on each of 740 nights."""
    monkeypatch.setattr(operations, "tiers_config", cache(tiers_config))


# What has to come up in the lives, or they would prove little.
KINDS = {
    "tier_up points", "tier_up expiry", "tier_up manual", "tier_up merge", "tier_down points", "tier_down refund",
    "tier_down expiry", "tier_down manual", "tier_renew points", "tier_renew expiry", "tier_change manual",
    "checkout", "checkout_accept", "checkout_reject", "refund", "partial_refund", "refund_item", "point_add", "point_sub",
    "point_fix", "point_spend", "survey", "review", "login", "suspend", "unsuspend", "customer_merge", "refused",
}  # fmt: skip
# Ten times twenty customers in each of the structures.
ROUNDS, CUSTOMERS = 10, 20


@pytest.mark.random
@pytest.mark.parametrize("setup", SETUPS, ids=("at once", "in steps"))
def test_lives_agree_with_the_model(setup: Setup) -> None:
    chosen = structures(0)
    Both(setup, chosen, every=60).live(lives("daily", examples(1), chosen))


@pytest.mark.prove
def test_200_customers_of_each_kind_of_structure_agree_with_the_model_day_by_day() -> None:
    tally = Counter[str]()
    for number in range(ROUNDS):
        # Each round has structures of its own.
        cast(Any, vars(operations)["tiers_config"]).cache_clear()
        savepoint, chosen = transaction.savepoint(), structures(number)
        both = Both(SETUPS[number % len(SETUPS)], chosen)
        both.live(lives(str(number), CUSTOMERS, chosen))
        tally += both.tally
        transaction.savepoint_rollback(savepoint)
        programs._program = None
    assert not KINDS - set(tally)
