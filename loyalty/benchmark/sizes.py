"""How large each part of a run is, by its name: as the command's options say, and tiny."""

from collections.abc import Mapping
from typing import Any

from . import expiry, imports, segments, tiers
from .growth import table as growth
from .ledger import contest as ledger
from .rewarding import coupons, rewards
from .tills import batches, hot, turns
from .tills import contest as checkout


def asked(options: Mapping[str, Any]) -> dict[str, Any]:
    def chosen(*names: str, **more: Any) -> dict[str, Any]:
        return {"rounds": options["rounds"], **{name: options[name] for name in names}, **more}

    people = {"customers": options["people"]}
    return {
        "checkout": checkout.Size(**chosen("seconds", **people)),
        "hot": hot.Size(**chosen("seconds", **people)),
        "limits": turns.Size(**chosen("seconds", buyers=options["people"])),
        "bulk": batches.Size(**chosen("seconds", **people)),
        "imports": imports.Size(**chosen("customers", "checkouts")),
        "expiry": expiry.Size(**chosen("lots")),
        "tiers": tiers.Size(**chosen("seconds", customers=options["members"])),
        "segments": segments.Size(**chosen("seconds", "events", customers=options["members"])),
        "ledger": ledger.Size(**chosen(**people)),
        "growth": growth.Size(),
        "coupons": coupons.Size(**chosen("seconds", "generated", "codes", **people)),
        "rewards": rewards.Size(**chosen("seconds", "rewards", "lists", **people)),
    }


# Shows that it works, measures nothing.
_CLIENTS: dict[str, Any] = {"rounds": 1, "customers": 50, "workers": 1}
_CHECKOUTS: dict[str, Any] = {**_CLIENTS, "requests": 16}
QUICK: dict[str, Any] = {
    "checkout": checkout.Size(**_CHECKOUTS, warm_up=16, profiled=60),
    "hot": hot.Size(**_CHECKOUTS, warm_up=16, clients=(8,), hot=(1,)),
    "limits": turns.Size(rounds=1, buyers=50, workers=1, requests=16),
    "bulk": batches.Size(**_CLIENTS, events=100),
    "imports": imports.Size(rounds=1, customers=200, checkouts=300, profiled=0, stock=20),
    "expiry": expiry.Size(rounds=1, lots=600),
    "tiers": tiers.Size(rounds=1, customers=2_001, buyers=50, workers=1, requests=16),
    "segments": segments.Size(rounds=1, customers=300, events=3_000, buyers=50, workers=1, requests=16),
    "ledger": ledger.Size(rounds=1, customers=60, movements=200),
    "growth": growth.Size((20, 60), 1),
    "coupons": coupons.Size(**_CHECKOUTS, warm_up=0, generated=200, codes=2_000),
    "rewards": rewards.Size(**_CHECKOUTS, warm_up=0, rewards=20, lists=10),
}
