"""Requests about many customers: taken in at once, each customer once, in order, whatever becomes of the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError

from events.models import Event
from loyalty.bulk import operations, working
from loyalty.bulk.kinds import Item, Result, Work
from loyalty.bulk.models import BulkChunk, BulkRequest
from loyalty.bulk.operations import KEPT, BatchTaken, accept, forget_old_requests
from loyalty.bulk.queries import due_requests
from loyalty.bulk.working import work
from tests.bulk.gifts import GIFT, done, earned, members, room_of_gifts, told
from tests.engine.world import BY, NOW, accepted, event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gifts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(operations, "CHUNK", 2)
    with room_of_gifts():
        yield


def asked(*names: str, batch: str = "", target: str = "summer", **options: Any) -> BulkRequest:
    return accept(GIFT, target, map(Item, names), by=BY, at=NOW, batch=batch, options=options)


def test_a_request_is_taken_in_at_once_and_done_by_a_worker() -> None:
    members("ann", "ben", "eve")
    request = asked("ann", "ben", "eve")
    assert (request.status, request.items, request.done) == ("queued", 3, 0)

    done(request)

    assert (request.status, request.done, request.errors) == ("done", 3, 0)
    assert [earned(name) for name in ("ann", "ben", "eve")] == [5, 5, 5]
    assert not BulkChunk.objects.exists()


def test_what_cannot_be_done_is_told_by_the_id_as_it_was_sent() -> None:
    members("ann", "gone")
    accepted(event("gone", "opt_out"))

    request = done(asked("ann", "nobody", "gone"))

    assert (request.status, request.items, request.errors) == ("done", 3, 2)
    assert told(request) == [("nobody", 160212), ("gone", 160212)]


def test_a_customer_who_is_named_twice_counts_once() -> None:
    members("ann", "ben")

    request = done(asked("ann", "ben", "ann", "ann"))

    assert (request.items, earned("ann")) == (2, 5)


def test_the_events_tell_who_has_sent_the_request() -> None:
    members("ann")
    request = done(asked("ann"))

    found = Event.objects.get(action="point_add")
    assert (found.source, found.source_detail) == ("api", f"bulk:{request.pk}")


# Batches


def test_the_same_batch_again_is_the_same_request() -> None:
    members("ann")
    first = asked("ann", batch="b1")

    assert asked("ann", batch="b1").pk == first.pk
    done(first)
    assert asked("ann", batch="b1").pk == first.pk
    assert (BulkRequest.objects.count(), earned("ann")) == (1, 5)


@pytest.mark.parametrize("other", [{"names": ["ben"]}, {"target": "winter"}, {"points": 6}])
def test_another_request_of_the_same_batch_is_refused(other: dict[str, Any]) -> None:
    asked("ann", batch="b1")

    with pytest.raises(BatchTaken):
        asked(*other.pop("names", ["ann"]), batch="b1", **other)


@pytest.mark.parametrize("count", [0, operations.MAX_ITEMS + 1])
def test_none_and_too_many_are_not_taken(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100000"):
        asked(*map(str, range(count)))


# Order


def test_requests_about_one_thing_are_done_in_their_order() -> None:
    members("ann", "ben", "eve")
    first, second = asked("ann", "ben", "eve"), asked("ann")
    elsewhere = asked("ann", target="winter")

    assert due_requests() == [first.pk, elsewhere.pk]
    assert not work(request_id=second.pk, now=lambda: NOW)
    assert BulkRequest.objects.get(pk=second.pk).status == "queued"
    done(first)
    assert due_requests() == [second.pk, elsewhere.pk]


def test_some_chunks_are_done_in_the_time_there_is() -> None:
    members("ann", "ben", "eve")
    request = asked("ann", "ben", "eve")

    assert work(request_id=request.pk, now=lambda: NOW, seconds=0)

    request.refresh_from_db()
    assert (request.status, request.done, request.percent) == ("processing", 2, 66)


# What goes wrong


def test_a_chunk_that_fails_leaves_nothing_behind_and_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    members("ann", "ben", "eve")
    request, insert = asked("ann", "ben", "eve"), BulkChunk.delete
    monkeypatch.setattr(BulkChunk, "delete", lambda chunk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work(request_id=request.pk, now=lambda: NOW)
    request.refresh_from_db()
    assert (request.status, request.done, request.attempts, earned("ann")) == ("processing", 0, 1, 0)

    monkeypatch.setattr(BulkChunk, "delete", insert)
    done(request)

    assert (request.done, request.attempts, earned("ann"), earned("eve")) == (3, 0, 5, 5)


def test_a_chunk_that_stops_every_worker_is_left_out_and_the_others_are_done() -> None:
    members("ann", "ben", "eve")
    request = asked("ann", "ben", "eve")
    BulkRequest.objects.filter(pk=request.pk).update(attempts=working.MAX_ATTEMPTS)

    done(request)

    assert told(request) == [("ann", 0), ("ben", 0)]
    assert (request.errors, earned("ann"), earned("eve")) == (2, 0, 5)


def test_a_deadlock_with_a_till_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    members("ann")
    request, apply, calls = asked("ann"), working._done, []

    def once_broken(*arguments: Any) -> Sequence[Result]:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("deadlock detected")
        return apply(*arguments)

    monkeypatch.setattr(working, "_done", once_broken)
    assert (done(request).errors, earned("ann")) == (0, 5)


def test_a_request_of_a_kind_that_is_gone_ends_with_errors() -> None:
    members("ann")
    request = asked("ann")
    BulkRequest.objects.filter(pk=request.pk).update(kind="gone")

    assert told(done(request)) == [("ann", 0)]
    assert (request.kind, request.label, request.url) == ("gone", "gone", "")


# What is kept


def test_who_is_erased_before_their_turn_is_named_nowhere() -> None:
    members("ann", "ben")
    request = asked("ann", "ben")
    accepted(event("ann", "opt_out"))
    assert BulkChunk.objects.get().names == ["", "ben"]

    done(request)

    assert (request.done, request.errors, told(request), earned("ben")) == (2, 0, [], 5)


def test_who_is_erased_leaves_the_errors() -> None:
    members("ann")
    refused = done(asked("ann", points=-1))
    assert [name for name, _ in told(refused)] == ["ann"]

    accepted(event("ann", "opt_out"))

    assert told(refused) == []


def test_who_is_erased_leaves_the_errors_of_a_part_that_was_left_out() -> None:
    members("ann", "ben")
    request = asked("ann", "ben")
    BulkRequest.objects.filter(pk=request.pk).update(attempts=working.MAX_ATTEMPTS)
    done(request)
    assert told(request) == [("ann", 0), ("ben", 0)]

    accepted(event("ann", "opt_out"))

    assert told(request) == [("ben", 0)]


@pytest.mark.parametrize("sent", ["r\u00e9ka", " r\u00e9ka ", "re\u0301ka", "\uff52\u00e9ka"])
def test_an_id_that_was_nobody_s_leaves_the_errors_with_whoever_had_it_later(sent: str) -> None:
    refused = done(asked(sent, "nobody"))
    members("r\u00e9ka")
    assert [name for name, _ in told(refused)] == [sent, "nobody"], "as it was sent"

    accepted(event("r\u00e9ka", "opt_out"))

    assert [name for name, _ in told(refused)] == ["nobody"]


@pytest.mark.parametrize("sent", [" ann ", "\uff41nn"])
def test_who_is_erased_before_their_turn_is_struck_out_however_they_were_called(sent: str) -> None:
    members("ann")
    asked(sent, "ben")

    accepted(event("ann", "opt_out"))

    assert BulkChunk.objects.get().names == ["", "ben"]


def test_who_is_erased_while_their_part_is_at_work_is_named_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    members("ann")

    def erase(asked: Work) -> Sequence[Result]:
        accepted(event("ann", "opt_out"))
        return [Result(error=working.NOT_DONE) for _ in asked.items]

    monkeypatch.setattr(working, "kind_named", lambda name: replace(GIFT, apply=erase))
    request = done(asked("ann", "nobody"))

    assert (told(request), request.done, request.errors) == ([("nobody", 0)], 2, 1)


def test_old_requests_are_forgotten_with_their_names() -> None:
    request, waiting = done(asked("nobody")), asked("ann", target="other")

    assert forget_old_requests(at=NOW + KEPT) == 0
    assert forget_old_requests(at=NOW + KEPT * 2) == 1
    assert list(BulkRequest.objects.values_list("pk", flat=True)) == [waiting.pk]
    assert told(request) == []


def test_a_kind_is_given_what_each_item_says_beside_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def look(asked: Work) -> Sequence[Result]:
        seen.extend((one.name, dict(one.values)) for one in asked.items)
        return [Result() for _ in asked.items]

    monkeypatch.setattr(working, "kind_named", lambda name: replace(GIFT, apply=look))
    done(accept(GIFT, "x", [Item("a", {"code": 1}), Item("b"), Item("c")], by=BY, at=NOW))

    assert seen == [("a", {"code": 1}), ("b", {}), ("c", {})]
