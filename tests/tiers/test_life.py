"""Two years of customers' lives in all structures at once agree with the model, on each day on which something may differ."""

from functools import cache
from typing import Any

import pytest

from loyalty.tiers.expiry import operations
from loyalty.tiers.queries import tiers_config
from tests.engine.model import Custom, Earning, Expiry, Setup
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
