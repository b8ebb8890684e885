"""Workers that are killed, doubled and robbed: whatever happens, a file is applied once."""

import random
import time

import pytest
from django.db import connection
from django.utils import timezone

from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import start_import
from tests.engine.world import somebody_subscribes

from .conftest import Import
from .processes import start_child, start_children, start_telling_child

pytestmark = pytest.mark.prove

ROWS = 20_000
CHUNK = 500
KILLS = 12
# Customers of a file bear its name as a prefix, which is left out here: so the states of two files compare.
DIGEST = """
WITH mine AS (SELECT * FROM customers_customer WHERE public_id LIKE %(name)s || '-%%'),
said AS (
    SELECT substr(public_id, 3) || '|' || status || '|' || coalesce(email, '') || '|' || purchase_total || '|' || purchase_count AS t
        FROM mine
    UNION ALL SELECT concat_ws('|', substr(public_id, 3), action, points, data - 'transaction_id', substr(transaction_id, 3))
        FROM events_event e JOIN mine ON mine.id = e.customer_id
    UNION ALL SELECT concat_ws('|', substr(public_id, 3), earned, spent, debt) FROM points_balance b JOIN mine ON mine.id = b.customer_id
    UNION ALL SELECT concat_ws('|', substr(public_id, 3), l.points, remaining) FROM points_lot l JOIN mine ON mine.id = l.customer_id
    UNION ALL SELECT concat_ws('|', substr(public_id, 3), kind, n.points) FROM points_entry n JOIN mine ON mine.id = n.customer_id
    UNION ALL SELECT concat_ws('|', substr(public_id, 3), o.action) FROM sync_outboxrow o JOIN mine ON mine.id = o.customer_id
)
SELECT count(*), md5(string_agg(t, chr(10) ORDER BY t)) FROM said
"""


def file_of(name: str) -> bytes:
    """Enrolments, some of them of people who are known, with another or with no right address; points without a key of
    their own; receipts; refusals. Always the same but for the name."""
    dice = random.Random(7)
    lines = ["customer,action,email,points,transaction_id,total,items[0][price],items[0][quantity]"]
    for number in range(ROWS):
        customer = f"{name}-{dice.randrange(4_000)}"
        match dice.randrange(5):
            case 0:
                lines.append(f"{customer},opt_in,{dice.choice(['', 'x', 'x', 'x', 'y'])}@example.com,,,,,")
            case 1 | 2:
                lines.append(f"{customer},point_add,,{dice.randrange(1, 90)},,,,")
            case 3:
                lines.append(f"{customer},checkout,,,{name}-{number - dice.randrange(3)},20,10,2")
            case _:
                lines.append(f"{customer},point_spend,,{dice.randrange(1, 60)},,,,")
    return "\n".join(lines).encode()


def digest(name: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, {"name": name})
        count, found = cursor.fetchone()
    return count, found


def start(name: str) -> ImportJob:
    return start_import(
        model="events", name=f"{name}.csv", content=[file_of(name)], by=Sender(None, timezone.now())
    ).result()


def result(job: ImportJob) -> tuple[object, ...]:
    job.refresh_from_db()
    refused = list(job.refused_rows.order_by("line").values_list("line", "column", "reason"))
    return job.status, job.error, job.rows_total, job.recorded, job.unchanged, job.refused, refused


def release(job: ImportJob) -> None:
    """Time passes: the lease of the dead worker runs out."""
    ImportJob.objects.filter(pk=job.pk).update(lease_until=None)


def kill_in_the_midst(job: ImportJob, chunks: int) -> None:
    """After so many chunks, and a moment later: anywhere in a chunk, or behind it."""
    with start_telling_child(job.pk, CHUNK, "leashed", chunks) as child:
        assert child.stdout is not None
        took = float(child.stdout.readline())
        time.sleep(random.uniform(0, 1.5 * took))
        child.kill()
    assert child.returncode == -9


@pytest.fixture
def undisturbed(committed_db: None, import_text: Import) -> tuple[tuple[object, ...], tuple[int, str]]:
    """What becomes of the file when nothing happens."""
    somebody_subscribes()
    job = import_text(file_of("a"), rows=CHUNK)
    found = result(job)
    assert found[0] == JobStatus.FINISHED
    assert job.recorded > 5_000
    assert job.unchanged > 500
    assert job.refused > 1_000
    return found, digest("a")


def test_an_import_killed_at_random_points_ends_as_if_nothing_had_happened(
    undisturbed: tuple[tuple[object, ...], tuple[int, str]],
) -> None:
    job, cut_off = start("b"), 0
    for _ in range(KILLS):
        chunks, before = random.randrange(3), job.rows_done
        kill_in_the_midst(job, chunks)
        release(job)
        job.refresh_from_db()
        cut_off += job.rows_done - before < (chunks + 1) * CHUNK
    assert cut_off > 0, "No kill came before the end of a chunk"
    assert job.rows_done < ROWS
    print(f"{KILLS} kills, {cut_off} of them before the end of a chunk, the last one after {job.rows_done} rows")
    assert start_child(job.pk, CHUNK, "plain").wait() == 0
    assert (result(job), digest("b")) == undisturbed


def test_workers_that_take_the_job_from_each_other_end_as_if_nothing_had_happened(
    undisturbed: tuple[tuple[object, ...], tuple[int, str]],
) -> None:
    job = start("b")
    workers = start_children(2, job.pk, CHUNK, "thief")
    assert [worker.wait() for worker in workers] == [0, 0]
    assert (result(job), digest("b")) == undisturbed
    assert job.fence > 2, "They did not meet"


def test_a_checkpoint_outside_of_the_transaction_would_be_noticed(
    undisturbed: tuple[tuple[object, ...], tuple[int, str]],
) -> None:
    job = start("b")
    assert start_child(job.pk, CHUNK, "flawed", 5).wait() == -9
    release(job)
    assert start_child(job.pk, CHUNK, "flawed").wait() == 0
    assert result(job) != undisturbed[0]
    assert digest("b") != undisturbed[1]
