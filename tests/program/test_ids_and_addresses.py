"""An ID that the room's own addresses have in its place is refused where one is made: its page could never be opened."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest
from django.urls import URLPattern

from loyalty.people.program import OWN_ADDRESSES as OF_ROLES
from loyalty.people.urls import role_patterns
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from loyalty.tiers.models import OWN_ADDRESSES as OF_TIERS
from loyalty.tiers.structures.urls import page_patterns as tier_patterns
from segments.lists.members.urls import page_patterns as list_patterns
from segments.lists.models import OWN_ADDRESSES as OF_LISTS
from segments.models import OWN_ADDRESSES as OF_SEGMENTS
from segments.urls import page_patterns as segment_patterns
from tests.engine.world import NOW
from tests.tiers.ladders import structure

MADE: dict[str, dict[str, Any]] = {
    "segments": {"name": "New", "rule": {"all": []}},
    "lists": {"name": "New"},
    "tiers": structure(),
    "roles": {"name": "New"},
}


@pytest.mark.parametrize(
    ("patterns", "told"),
    [
        (segment_patterns, OF_SEGMENTS),
        (list_patterns, OF_LISTS),
        (tier_patterns, OF_TIERS),
        (role_patterns, OF_ROLES),
    ],
)
def test_each_word_that_an_address_has_in_the_place_of_an_id_is_told(
    patterns: Sequence[URLPattern], told: Collection[str]
) -> None:
    routes = {str(one.pattern).rstrip("/") for one in patterns}

    assert "<slug:slug>" in routes
    assert {one for one in routes if one and not set(one) & set("</")} == told


@pytest.mark.django_db
@pytest.mark.parametrize("section", MADE)
def test_a_program_file_makes_nothing_whose_page_could_not_be_opened(section: str) -> None:
    wrong = rf"^{section}\[0\]\.id: must not be the address of another page: choose another ID$"

    with pytest.raises(Invalid, match=wrong):
        apply_program({section: [{**MADE[section], "id": "new"}]}, by=Sender(None, NOW))
