"""What the rules of user groups read of the programme. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

APP = "groups"


@dataclass(frozen=True)
class KnownGroup:
    """`id`: its number. `is_given`: whether somebody can be put into it."""

    id: int
    is_given: bool


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, KnownGroup]:
    """By their IDs; versions from before there were groups have none."""
    return {
        item["id"]: KnownGroup(facts["groups"][item["id"]]["id"], item["status"] == "active")
        for item in document.get("groups", ())
    }
