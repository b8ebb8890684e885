"""What the programme says of the brand."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.identifiers import folded

from .rooms import Document, Rules
from .settings import SETTINGS


def _program(document: Document, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    brand = document["settings"]
    return {
        "time_zone": ZoneInfo(facts["time_zone"]),
        "auto_subscribe": brand["auto_subscribe"],
        "currency": brand["currency"],
        "modules": frozenset(brand["modules"]),
        # Versions from before there was such a setting have none.
        "refused_names": frozenset(map(folded, brand.get("refused_names", []))),
    }


RULES = Rules(sections=(SETTINGS,), program=_program)
