"""What the rules of lists read of the programme. Pure."""

from collections.abc import Mapping
from typing import Any

APP = "lists"
ARCHIVED = "archived"


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, int]:
    """The internal ids of the lists that somebody can be on, by their IDs: versions from before there were lists have none."""
    open_ = (item["id"] for item in document.get("lists", ()) if item["status"] != ARCHIVED)
    return {slug: facts["lists"][slug]["id"] for slug in open_}
