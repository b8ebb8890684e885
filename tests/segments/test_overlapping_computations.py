"""A segment is computed by one at a time: whoever comes second is refused, or waits and sees what the first has not seen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from segments.language.vocabulary import read_vocabulary
from segments.membership import operations
from segments.membership.operations import Overlapping, refresh, refresh_due, refresh_touched
from segments.membership.queries import FULL, LINE, lock
from segments.models import Computation, Segment
from tests.segments.segmenting import START, done, make_segment

pytestmark = pytest.mark.usefixtures("committed_db")


@contextmanager
def held(lock_of: int) -> Iterator[None]:
    """By another connection."""
    begun, finish = threading.Event(), threading.Event()

    def compute() -> None:
        with transaction.atomic():
            lock([lock_of], patience=20)
            begun.set()
            finish.wait(20)
        connection.close()

    thread = threading.Thread(target=compute)
    thread.start()
    begun.wait(20)
    yield
    finish.set()
    thread.join()


@pytest.fixture
def computed_elsewhere() -> Iterator[Segment]:
    """A segment that another connection is computing."""
    segment = make_segment("buyers", "everyone")
    with held(segment.id):
        yield segment


def test_an_overlapping_computation_is_refused_and_left_to_the_other(computed_elsewhere: Segment) -> None:
    with pytest.raises(Overlapping):
        refresh(computed_elsewhere, read_vocabulary(), now=lambda: START)

    assert refresh_due(now=lambda: START) == []
    assert Computation.objects.get().is_due


def test_a_second_worker_leaves_the_line_of_touched_customers_to_the_first() -> None:
    make_segment("buyers", "bought")
    done("opt_in")
    refresh_due(now=lambda: START)
    with held(LINE):
        assert refresh_touched(now=lambda: START) == 0

    assert refresh_touched(now=lambda: START) == 1


def test_the_line_waits_for_a_computation_no_longer_than_its_patience(monkeypatch: Any) -> None:
    segment = make_segment("buyers", "bought")
    done("opt_in")
    refresh_due(now=lambda: START)
    monkeypatch.setattr(operations, "PATIENCE", 1)
    with held(segment.id):
        assert refresh_touched(now=lambda: START) == 0

    assert refresh_touched(now=lambda: START) == 1, "nobody was lost"


def test_while_one_segment_is_computed_in_full_no_other_one_is() -> None:
    make_segment("buyers", "bought")
    with held(FULL):
        assert refresh_due(now=lambda: START) == []

    assert refresh_due(now=lambda: START) == ["buyers"]


def test_a_segment_alone_is_computed_without_being_refused() -> None:
    """The control of the one above."""
    segment = make_segment("buyers", "everyone")

    refresh(segment, read_vocabulary(), now=lambda: START)

    assert not Computation.objects.get().is_due
