"""A segment is computed by one at a time: whoever comes second is refused, or waits and sees what the first has not seen."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from segments.language.vocabulary import read_vocabulary
from segments.membership.operations import Overlapping, refresh, refresh_due
from segments.membership.queries import lock
from segments.models import Computation, Segment
from tests.segments.segmenting import START, make_segment

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def computed_elsewhere() -> Iterator[Segment]:
    """A segment that another connection is computing."""
    segment = make_segment("buyers", "everyone")
    begun, finish = threading.Event(), threading.Event()

    def compute() -> None:
        with transaction.atomic():
            lock([segment.id])
            begun.set()
            finish.wait(20)
        connection.close()

    thread = threading.Thread(target=compute)
    thread.start()
    begun.wait(20)
    yield segment
    finish.set()
    thread.join()


def test_an_overlapping_computation_is_refused_and_left_to_the_other(computed_elsewhere: Segment) -> None:
    with pytest.raises(Overlapping):
        refresh(computed_elsewhere, read_vocabulary(), now=lambda: START)

    assert refresh_due(now=lambda: START) == []
    assert Computation.objects.get().is_due


def test_a_segment_alone_is_computed_without_being_refused() -> None:
    """The control of the one above."""
    segment = make_segment("buyers", "everyone")

    refresh(segment, read_vocabulary(), now=lambda: START)

    assert not Computation.objects.get().is_due
