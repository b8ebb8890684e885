"""A write is two conversations with the database, whatever is done in its transaction."""

import json
from typing import Any

import pytest

from events.models import Event
from loyalty.api.problems import bad_request
from loyalty.engine.record import record
from loyalty.engine.storage.store import MAX_UNNEST
from loyalty.intake import api as intake
from tests.api.once.writes import add, conversations, plain, points, told


def test_a_write_takes_two_conversations(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(add(), "J")
    sent = conversations(monkeypatch)
    assert plain(add(), "K").status_code == 200
    assert len(sent) == 2
    assert points() == [5, 5]


def test_what_is_asked_by_django_in_between_sees_what_was_written(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def recorded(*args: Any, **kwargs: Any) -> Any:
        seen.append(points())
        outcomes = record(*args, **kwargs)
        seen.append(points())
        return outcomes

    monkeypatch.setattr(intake, "record", recorded)
    first = plain(add(), "K")
    assert (first.status_code, seen) == (200, [[], [5]])
    assert told(plain(add(), "K")) == (200, first.content, "true")
    assert points() == [5]


def test_what_raises_after_django_has_asked_takes_the_effect_back_too(
    ann: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recorded(*args: Any, **kwargs: Any) -> Any:
        record(*args, **kwargs)
        assert points() == [5]
        raise bad_request("No")

    monkeypatch.setattr(intake, "record", recorded)
    assert [told(plain(add(), "K"))[::2] for _ in range(2)] == [(400, None), (400, "true")]
    assert points() == []


def test_a_bulk_that_is_copied_into_its_tables_is_saved_with_its_answer(ann: None) -> None:
    events = [{"customer": f"n{number}", "action": "opt_in", "data": {}} for number in range(MAX_UNNEST + 1)]
    body = json.dumps({"events": events}).encode()
    first = plain(body, "K", "/events/bulk")
    assert (first.status_code, first.json()["errors"]) == (200, 0)
    assert told(plain(body, "K", "/events/bulk")) == (200, first.content, "true")
    assert Event.objects.filter(action="opt_in").count() == len(events) + 1
