"""Whoever departs, and a segment that is archived, while its members are computed: whichever of the two commits first."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from segments.membership import operations
from segments.membership.operations import refresh_due, refresh_touched
from segments.membership.queries import change_members, forget_departed
from segments.models import Computation, Segment, Stay, Touch
from tests.engine.races.racing import waiting
from tests.engine.world import check_books
from tests.segments.segmenting import START, done, make_segment, members, work

STAFF = Actor("back_office")


def opt_out() -> None:
    [outcome] = record([Incoming("ann", "opt_out", {})], by=STAFF, at=START)
    assert outcome.error is None


def opt_out_elsewhere() -> None:
    opt_out()
    connection.close()


def archive() -> None:
    make_segment("all", "everyone", status="archived")


@contextmanager
def elsewhere(change: Callable[[], None]) -> Iterator[threading.Event]:
    """In a transaction of another connection, which is committed once the event is set."""
    done_, commit = threading.Event(), threading.Event()

    def run() -> None:
        with transaction.atomic():
            change()
            done_.set()
            commit.wait(20)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert done_.wait(20)
    yield commit
    commit.set()
    thread.join(20)
    assert not thread.is_alive()


def at_once(change: Callable[[], None]) -> None:
    """The same, committed at once."""
    with elsewhere(change):
        pass


def after(function: Callable[..., Any], happens: Callable[[], None]) -> Callable[..., Any]:
    """The function of a computation, and then something else before the computation goes on; once."""
    left = [happens]

    def changed(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        if left:
            left.pop()()
        return found

    return changed


@pytest.fixture(autouse=True)
def two_customers(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "PATIENCE", 1)
    make_segment("all", "everyone")
    for name in ("ann", "bob"):
        done("opt_in", customer=name)


def compute() -> None:
    assert refresh_due(now=lambda: START) == ["all"]


def look_at_touched() -> None:
    assert refresh_touched(now=lambda: START)


@pytest.fixture(params=["in full", "after events"])
def computing(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Ann and Bob are let in; whom an erasure has taken out of the line is left to it."""
    if request.param == "in full":
        return compute
    Computation.objects.update(wanted=1, complete=1)
    return look_at_touched


def nobody_but_bob() -> None:
    assert set(Stay.objects.values_list("customer__public_id", flat=True)) == {"bob"}
    assert Computation.objects.get().members == 1
    work()
    check_books()


def test_who_has_departed_by_the_time_the_computation_ends_is_not_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "change_members", after(change_members, lambda: at_once(opt_out)))

    compute()

    nobody_but_bob()


def test_who_departs_as_the_computation_ends_waits_for_it_and_is_erased_with_the_stay(
    computing: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = list[threading.Thread]()

    def leave() -> None:
        threads.append(threading.Thread(target=opt_out_elsewhere))
        threads[0].start()
        while not waiting():
            threads[0].join(0.01)
            assert threads[0].is_alive()

    monkeypatch.setattr(operations, "forget_departed", after(forget_departed, leave))

    computing()
    threads[0].join(20)

    nobody_but_bob()


def test_a_computation_waits_for_an_erasure_that_is_under_way_and_lets_nobody_in_who_was_erased(
    computing: Callable[[], None],
) -> None:
    with elsewhere(opt_out) as commit:
        threading.Thread(target=lambda: once_somebody_waits(commit)).start()
        computing()

    nobody_but_bob()


def once_somebody_waits(commit: threading.Event) -> None:
    while not waiting() and not commit.wait(0.01):
        pass
    commit.set()
    connection.close()


@pytest.mark.parametrize("is_committed", [True, False])
def test_nobody_is_let_into_a_segment_that_is_archived_meanwhile(
    is_committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch, _archiving(patch, is_committed=is_committed):
        assert refresh_due(now=lambda: START) == []

    assert Segment.objects.get().status == "archived"
    assert not Stay.objects.filter(left_at__isnull=True).exists()
    assert Computation.objects.get().members == 0


@contextmanager
def _archiving(patch: pytest.MonkeyPatch, *, is_committed: bool) -> Iterator[None]:
    if is_committed:
        patch.setattr(operations, "change_members", after(change_members, lambda: at_once(archive)))
        yield
    else:
        with elsewhere(archive):
            yield


def test_the_line_goes_on_once_an_archiving_that_is_under_way_is_over() -> None:
    Computation.objects.update(wanted=1, complete=1)
    with elsewhere(archive):
        assert refresh_touched(now=lambda: START) == 0
        assert Touch.objects.count() == 2

    assert refresh_touched(now=lambda: START) == 2
    assert members("all") == set()
