"""Workers of bulk requests that are killed, and what must be so afterwards."""

import subprocess
import sys
import time
from pathlib import Path

from loyalty.bulk.kinds import Item
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import accept
from loyalty.engine.events import Actor
from segments.lists.bulk.kinds import CUSTOMER_ADD
from tests.engine.world import NOW, rows
from tests.lists.lists import make_lists
from tests.transfer.processes import environment

CHILD = Path(__file__).with_name("bulk_child.py")
FILL = (
    """
    INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total, purchase_count, purchase_item_count)
    SELECT 'c' || number, 'active', '{}', now(), now(), 0, 0, 0 FROM generate_series(1, %s) number
    """,
    "INSERT INTO customers_identity (scheme, value, customer_id) SELECT 'id', public_id, id FROM customers_customer",
    """
    INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
    SELECT c.id, a.id, 0, 0, 0, 0, 0, 0 FROM customers_customer c, points_account a
    """,
)


def request_about(customers: int) -> BulkRequest:
    """All of them, and one more whom nobody knows."""
    make_lists("vip")
    for number, statement in enumerate(FILL):
        rows(statement, None if number else [customers])
    rows("ANALYZE")
    items = (Item(f"c{number}") for number in range(1, customers + 2))
    return accept(CUSTOMER_ADD, "vip", items, by=Actor("api"), at=NOW)


def start(request: BulkRequest, mode: str = "plain") -> "subprocess.Popen[str]":
    """A worker, when it has begun."""
    command = [sys.executable, str(CHILD), str(request.pk), mode]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "ready\n"
    return process


def done_of(request: BulkRequest) -> int:
    return BulkRequest.objects.values_list("done", flat=True).get(pk=request.pk)


def wait_for(request: BulkRequest, number: int, seconds: float = 120) -> None:
    """Until so many are done."""
    deadline = time.monotonic() + seconds
    while done_of(request) < number:
        assert time.monotonic() < deadline, f"only {done_of(request)} of {number} after {seconds} s"
        time.sleep(0.01)


def check_done(request: BulkRequest, customers: int) -> None:
    """Each customer once, by an event of their own; and the one error."""
    request.refresh_from_db()
    assert (request.status, request.items, request.done, request.errors) == ("done", customers + 1, customers + 1, 1)
    [found] = rows(
        "SELECT (SELECT count(*) FROM lists_listmember), (SELECT count(*) FROM events_event WHERE action = 'customer_list_add'),"
        " (SELECT count(DISTINCT customer_id) FROM events_event WHERE action = 'customer_list_add'),"
        " (SELECT count(*) FROM lists_listmember m JOIN events_event e ON e.customer_id = m.customer_id AND e.id = m.event_id)"
    )
    assert found == (customers,) * 4
    assert rows("SELECT name, code FROM bulk_bulkerror") == [(f"c{customers + 1}", 160212)]
