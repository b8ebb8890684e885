"""Bulk requests in the tests that list all of something."""

from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import note_download
from tests.engine.world import rows
from tests.listing import Listed

_COLUMNS = (
    "kind, family, target, batch, fingerprint, options, status, items, done, errors, attempts, source, created_at"
)


def _request(batch: str = "'b'", status: str = "queued", done: int = 0, errors: int = 0, times: int = 1) -> str:
    return (
        f"INSERT INTO bulk_bulkrequest ({_COLUMNS}) SELECT 'x', 'x', 'x', {batch}, 'x', '{{}}', '{status}', 1, {done}, {errors}, 0,"
        f" 'api', now() FROM generate_series(1, {times})"
    )


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_request('gen_random_uuid()::text')} RETURNING id)"
        " INSERT INTO bulk_bulkerror (request_id, name, customer_id, code, message)"
        " SELECT made.id, 'x', who, 1, 'x' FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


def _requested() -> BulkRequest:
    rows(_request())
    return BulkRequest.objects.get()


LISTED = Listed(
    deeds={"bulk.download_errors": lambda by: note_download(request=_requested(), by=by)},
    reference=frozenset({"bulk.BulkRequest", "bulk.BulkCallback", "bulk.BulkChunk"}),
    attempts={
        "bulk_batch_is_taken_once": _request(times=2),
        "bulk_status_is_known": _request(status="asleep"),
        "bulk_callback_status_is_known": (
            f"WITH made AS ({_request()} RETURNING id) INSERT INTO bulk_bulkcallback (request_id, url, status_url, status, tries)"
            " SELECT id, 'x', 'x', 'asleep', 0 FROM made"
        ),
        "bulk_does_no_more_than_asked": _request(done=2),
        "bulk_errors_are_of_what_is_done": _request(errors=1),
    },
    live=_live,
    samples={"id:bulk-requests": [1]},
)
