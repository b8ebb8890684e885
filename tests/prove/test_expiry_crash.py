"""The expiry timer is killed at random points and started again: it ends as if nothing had happened."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import timezone

from loyalty.points.expiry.operations import expire_points
from tests.engine.world import check_books, rows, somebody_subscribes
from tests.transfer.processes import environment

pytestmark = pytest.mark.prove

CUSTOMERS = 4_000
KILLS = 20
# The child's chunks have at most 200 lots; a customer, none of whom is parted, has at most seven.
LEAST_OF_A_CHUNK = 194
CHILD = Path(__file__).with_name("expiry_child.py")

# Customers' IDs begin with the name of their set, which the digest leaves out. Each has six lots: of 1 to 6 points,
# three of them due, one without a date; in two accounts, of which one goes by the last activity; half of them idle.
FILL = (
    """
    INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total, purchase_count, purchase_item_count)
    SELECT '{name}-' || number, 'active', '{{}}', now(), now(), 0, 0, 0 FROM generate_series(1, {customers}) number
    """,
    """
    INSERT INTO customers_identity (scheme, value, customer_id)
    SELECT 'id', public_id, id FROM customers_customer WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO events_event (customer_id, action, points, account_id, data, source, source_detail, user_agent, occurred_at, recorded_at, program_version)
    SELECT c.id, 'point_add', number, a.id, '{{}}', 'import', '', '', now(), now(), 1
    FROM customers_customer c, points_account a, generate_series(1, 6) number WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO points_lot (customer_id, event_id, account_id, points, remaining, earned_at, expires_at)
    SELECT e.customer_id, e.id, e.account_id, e.points, e.points, now() - interval '90 days',
        CASE WHEN e.points < 6 THEN now() + (e.points - 3.5) * interval '1 day' END
    FROM events_event e JOIN customers_customer c ON c.id = e.customer_id WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
    SELECT l.customer_id, event_id, account_id, 'earn', points, l.id, now()
    FROM points_lot l JOIN customers_customer c ON c.id = l.customer_id WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt, active_at)
    SELECT l.customer_id, account_id, sum(points), 0, 0, 0, 0, 0,
        now() - CASE WHEN split_part(public_id, '-', 2)::integer % 2 = 0 THEN 40 ELSE 20 END * interval '1 day'
    FROM points_lot l JOIN customers_customer c ON c.id = l.customer_id WHERE public_id LIKE '{name}-%' GROUP BY 1, 2, public_id
    """,
    """
    UPDATE customers_customer c SET last_earn_date = e.occurred_at
    FROM events_event e WHERE e.customer_id = c.id AND public_id LIKE '{name}-%'
    """,
)
DIGEST = """
WITH mine AS (SELECT id, split_part(public_id, '-', 2) AS number FROM customers_customer WHERE public_id LIKE %(name)s || '-%%'),
said AS (
    SELECT concat_ws('|', 'event', number, action, points, account_id, data, source, program_version) AS t
        FROM events_event e JOIN mine ON mine.id = e.customer_id
    UNION ALL SELECT concat_ws('|', 'balance', number, account_id, earned, spent, expired, spendable, active_at IS NULL)
        FROM points_balance b JOIN mine ON mine.id = b.customer_id
    UNION ALL SELECT concat_ws('|', 'lot', number, account_id, points, remaining, expired) FROM points_lot l JOIN mine ON mine.id = l.customer_id
    UNION ALL SELECT concat_ws('|', 'entry', number, n.account_id, kind, n.points, e.action, l.points)
        FROM points_entry n JOIN mine ON mine.id = n.customer_id
        JOIN events_event e ON e.customer_id = n.customer_id AND e.id = n.event_id
        JOIN points_lot l ON l.customer_id = n.customer_id AND l.id = n.lot_id
    UNION ALL SELECT concat_ws('|', 'told', number, o.action, e.points)
        FROM sync_outboxrow o JOIN mine ON mine.id = o.customer_id
        JOIN events_event e ON e.customer_id = o.customer_id AND e.id = o.event_id
)
SELECT count(*), md5(string_agg(t, chr(10) ORDER BY t)) FROM said
"""


def fill(name: str) -> None:
    for statement in FILL:
        rows(statement.format(name=name, customers=CUSTOMERS))


def digest(name: str) -> tuple[int, str]:
    [(count, found)] = rows(DIGEST, {"name": name})
    return count, found


def expired_lots() -> int:
    found: int = rows("SELECT count(*) FROM points_lot WHERE expired > 0")[0][0]
    return found


def start(*arguments: object) -> "subprocess.Popen[str]":
    """A run in a process of its own, when it is about to begin."""
    command = [sys.executable, str(CHILD), *map(str, arguments)]
    process = subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def begin(*runs: "subprocess.Popen[str]") -> None:
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("\n")


def end(run: "subprocess.Popen[str]") -> int:
    with run:
        return run.wait()


def run_to_the_end(*arguments: object) -> int:
    run = start(*arguments)
    begin(run)
    return end(run)


@pytest.fixture
def undisturbed(committed_db: None) -> tuple[int, str]:
    """What becomes of one set of customers when nothing happens; another one of the same kind is there then."""
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('idle', 'Idle', 'points', false)")
    rows("UPDATE points_account SET expiry_after = 30, expiry_unit = 'days', expiry = 'activity' WHERE slug = 'idle'")
    somebody_subscribes()
    fill("a")
    done = expire_points(now=timezone.now)
    assert done.lots == CUSTOMERS * 2 * 3 + CUSTOMERS // 2
    found = digest("a")
    fill("b")
    return found


def kill_in_the_midst(leashed: "subprocess.Popen[str]") -> None:
    """When it has come to the end of its leash, and a moment later: anywhere in a chunk, or behind it."""
    assert leashed.stdout is not None
    took = float(leashed.stdout.readline())
    time.sleep(random.uniform(0, 1.5 * took))
    leashed.kill()
    assert end(leashed) == -9


def test_a_run_killed_at_random_points_ends_as_if_nothing_had_happened(undisturbed: tuple[int, str]) -> None:
    before, steps, cut_off = expired_lots(), list[int](), 0
    for _ in range(KILLS):
        chunks = random.randrange(3)
        child = start("leashed", chunks)
        begin(child)
        kill_in_the_midst(child)
        steps.append(expired_lots() - before)
        cut_off += steps[-1] - sum(steps[-2:-1]) < (chunks + 1) * LEAST_OF_A_CHUNK
    assert digest("b") != undisturbed
    assert cut_off > 0, "No kill came before the end of a chunk"

    assert run_to_the_end("plain") == 0

    assert digest("b") == undisturbed
    check_books()
    print(f"{KILLS} kills, {cut_off} of them before the end of a chunk, at {steps} of {expired_lots() - before} lots")


def test_two_runs_and_a_killed_one_at_once_end_as_if_nothing_had_happened(undisturbed: tuple[int, str]) -> None:
    runs = [start("leashed", 3), start("plain"), start("plain")]
    begin(*runs)
    kill_in_the_midst(runs[0])

    assert [end(run) for run in runs[1:]] == [0, 0]

    assert digest("b") == undisturbed


def test_a_checkpoint_outside_of_the_transaction_would_be_noticed(undisturbed: tuple[int, str], tmp_path: Path) -> None:
    """The control: such a version passes over what it was about to do."""
    assert run_to_the_end("flawed", tmp_path / "checkpoint", 5) == -9
    assert run_to_the_end("flawed", tmp_path / "checkpoint") == 0

    assert digest("b") != undisturbed
