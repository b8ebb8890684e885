"""Tests that list all of something find what a room says of itself."""

import pytest

from tests import listing
from tests.listing import Listed, all_of, listed


def test_what_a_rooms_tests_list_is_found() -> None:
    assert "tiers_level" in all_of("versions")
    assert any(room.live for room in listed())


def test_two_rooms_cannot_say_something_of_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "listed", lambda: [Listed(pages={"a": 1}), Listed(pages={"a": 2})])

    with pytest.raises(ValueError, match="Two rooms list a"):
        all_of("pages")
