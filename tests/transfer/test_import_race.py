"""One file uploaded twice at once, while tills send the same receipts: each effect once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from events.models import Event
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.points.ledger.models import Balance
from loyalty.staff.sender import Sender
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import start_import

from .processes import start_child

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]

PEOPLE, EACH, CHUNK, TILLS = 200, 1_000, 100, 4


def file() -> bytes:
    """3,000 rows: 1,000 receipts, 1,000 gifts of which each is there twice, 1,000 that take a point."""
    lines = ["_id,action,points,transaction_id,total", *(f"c{n},opt_in,,," for n in range(PEOPLE))]
    for number in range(EACH):
        customer = f"c{number % PEOPLE}"
        lines += [f"{customer},checkout,,T-{number},10", f"{customer},point_add,{5 + number // (2 * PEOPLE)},,"]
        lines.append(f"{customer},point_spend,1,,")
    return "\n".join(lines).encode()


def upload() -> ImportJob:
    return start_import(model="events", name="x.csv", content=[file()], by=Sender(None, timezone.now())).result()


def sell(till: int) -> int:
    """Every receipt of the file, one by one, from an end of its own; how many were taken."""
    taken = 0
    try:
        for number in range(EACH)[:: 1 if till % 2 else -1]:
            sale = Incoming(f"c{number % PEOPLE}", "checkout", {"transaction_id": f"T-{number}", "total": 10})
            [outcome] = record([sale], by=Actor("api"), at=timezone.now())
            taken += outcome.error is None
    finally:
        connections.close_all()
    return taken


def run(mode: str) -> tuple[list[ImportJob], int]:
    """Both imports, ended, and how many receipts the tills have brought."""
    jobs = [upload(), upload()]
    with ThreadPoolExecutor(TILLS) as pool:
        # Held until both workers are ready: they begin at once, and the tills with them.
        ImportJob.objects.update(lease_until=timezone.now() + timedelta(hours=1))
        pairs = zip(jobs, reversed(jobs), strict=True)
        workers = [start_child(job.pk, CHUNK, mode, other.pk) for job, other in pairs]
        ImportJob.objects.update(lease_until=None)
        sold = sum(pool.map(sell, range(TILLS)))
        assert [worker.wait() for worker in workers] == [0, 0]
    for job in jobs:
        job.refresh_from_db()
    return jobs, sold


def effects() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, count(*) FROM events_event WHERE action = ANY(%s) GROUP BY 1",
                       [["checkout", "point_add", "point_spend"]])  # fmt: skip
        return dict(cursor.fetchall())


def test_each_effect_is_there_once() -> None:
    jobs, sold = run("in_step")
    gifts = sum(5 + number // (2 * PEOPLE) for number in range(EACH))
    assert effects() == {"checkout": EACH, "point_add": EACH, "point_spend": EACH}
    assert Event.objects.filter(action="checkout").values("transaction_id").distinct().count() == EACH
    assert sum(Balance.objects.values_list("earned", flat=True)) == EACH * 10 + gifts
    assert sum(Balance.objects.values_list("spent", flat=True)) == EACH
    rows = PEOPLE + 3 * EACH
    assert [job.rows_total for job in jobs] == [rows, rows]
    assert sum(job.recorded for job in jobs) + sold == rows
    assert [job.refused for job in jobs] == [0, 0]
    assert min(sold, *(job.recorded for job in jobs)) > 0, "They did not meet"
    print(f"two uploads of {rows} rows, {TILLS} tills: {[job.recorded for job in jobs]} recorded, {sold} sold at tills")


def test_control_without_a_lock_rows_count_twice() -> None:
    run("careless")
    assert effects()["point_add"] > EACH
