"""A kind of bulk request for tests: points for everybody who is named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from loyalty import composition, contributions
from loyalty.bulk.kinds import BulkKind, Result, Work
from loyalty.bulk.models import BulkError, BulkRequest
from loyalty.bulk.working import work
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.points.ledger.models import Balance
from tests.engine.world import NOW, accepted, event


def _result(outcome: Outcome) -> Result:
    return Result(outcome.state.customer.id if outcome.state else None, outcome.error)


def give(asked: Work) -> Sequence[Result]:
    events = [Incoming(one.name, "point_add", {"points": asked.options.get("points", 5)}) for one in asked.items]
    return [_result(outcome) for outcome in record(events, by=asked.by, at=asked.at)]


GIFT = BulkKind("gift", "gifts", "Gift", give)


@contextmanager
def room_of_gifts() -> Iterator[None]:
    before = composition.CONTRIBUTIONS
    composition.CONTRIBUTIONS = (*before, GIFT)
    contributions._contributed.cache_clear()
    try:
        yield
    finally:
        composition.CONTRIBUTIONS = before
        contributions._contributed.cache_clear()


def members(*names: str) -> None:
    accepted(*(event(name, "opt_in") for name in names))


def earned(name: str) -> int:
    return Balance.objects.get(customer__public_id=name).earned


def done(request: BulkRequest) -> BulkRequest:
    """The same once a worker has been through it."""
    while work(request_id=request.pk, now=lambda: NOW):
        pass
    request.refresh_from_db()
    return request


def told(request: BulkRequest) -> list[tuple[str, int]]:
    return list(BulkError.objects.filter(request=request).order_by("id").values_list("name", "code"))
