"""Who sends events when neither a page nor the API does. No other place makes an actor by hand."""

from loyalty.engine.events import POINTS_REWARDED, Actor

from .sources import Source


def timer(*grants: str) -> Actor:
    """A task on a schedule. `grants` are the attributes that it may send and others may not."""
    return Actor(source=Source.TIMER.value, grants=frozenset(grants))


def import_job(job_id: int, staff_id: int | None) -> Actor:
    """The rows of an import; `staff_id` is who started it."""
    return Actor(
        source=Source.IMPORT.value, detail=f"import:{job_id}", staff_id=staff_id, grants=frozenset({POINTS_REWARDED})
    )


def bulk_request(request_id: int, source: str, *grants: str, api_key_id: int | None, staff_id: int | None) -> Actor:
    """The items of a bulk request, whoever has sent it. `grants` are what no single event of theirs may."""
    return Actor(
        source=source, detail=f"bulk:{request_id}", api_key_id=api_key_id, staff_id=staff_id, grants=frozenset(grants)
    )


def made_up(source: str, *, detail: str = "", staff_id: int | None = None) -> Actor:
    """Of events that never happened: those of the demo and of measurements."""
    return Actor(source=source, detail=detail, staff_id=staff_id)


TIMER = timer()
