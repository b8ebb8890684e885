"""The timer of tiers is killed at random points and started again: it ends as if nothing had happened."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import timezone

from loyalty.tiers.expiry.operations import expire_tiers
from loyalty.tiers.recalculation.operations import recalculate_all
from tests.engine.world import check_books, rows, somebody_subscribes
from tests.tiers.ladders import set_up, structure
from tests.transfer.processes import environment

pytestmark = pytest.mark.prove

# So many that no run of those that are killed comes to its end, on a fast machine either.
CUSTOMERS = 10_000
KILLS = 20
CHILD = Path(__file__).with_name("tier_expiry_child.py")
LEVELS = ({"id": "t0"}, {"id": "t1", "threshold": 1_000}, {"id": "t2", "threshold": 5_000})
# Four ladders side by side, so that one customer has several things happen at once: a fall, a fall by one, a renewal, a grace.
STRUCTURES = (
    structure("falls", LEVELS, type="invitation_only"),
    structure("steps", LEVELS, type="invitation_only", method="one_down"),
    structure("resets", LEVELS, type="invitation_only", method="reset"),
    structure("waits", LEVELS, type="invitation_only", level_grace_days=300),
)

# Customers' IDs begin with the name of their set, which the digest leaves out. Each has been at t2 in every structure since an
# event of the day before yesterday; half of them until yesterday, a quarter until today, the rest until tomorrow.
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
    INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
    SELECT c.id, a.id, 0, 0, 0, 0, 0, 0 FROM customers_customer c, points_account a WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO events_event (customer_id, action, points, data, source, source_detail, user_agent, occurred_at, recorded_at, program_version)
    SELECT c.id, 'tier_up', 0, jsonb_build_object('structure', slug, 'from', 't0', 'to', 't2', 'reason', 'manual'), 'import', '', '',
        now() - interval '2 days', now() - interval '2 days', 1
    FROM customers_customer c, tiers_structure WHERE public_id LIKE '{name}-%'
    """,
    """
    INSERT INTO tiers_customertier (customer_id, structure_id, level_id, since, event_id, manual, expires_on, computed_on)
    SELECT e.customer_id, s.id, l.id, e.occurred_at, e.id, true, day, day
    FROM events_event e JOIN customers_customer c ON c.id = e.customer_id JOIN tiers_structure s ON s.slug = e.data->>'structure'
    JOIN tiers_level l ON l.structure_id = s.id AND l.slug = 't2'
    CROSS JOIN LATERAL (SELECT current_date + (ARRAY[-1, 0, -1, 1])[split_part(public_id, '-', 2)::integer % 4 + 1] AS day) due
    WHERE public_id LIKE '{name}-%'
    """,
)
DIGEST = """
WITH mine AS (SELECT id, split_part(public_id, '-', 2) AS number FROM customers_customer WHERE public_id LIKE %(name)s || '-%%'),
said AS (
    SELECT concat_ws('|', 'event', number, action, points, data, source, occurred_at::date) AS t
        FROM events_event e JOIN mine ON mine.id = e.customer_id
    UNION ALL SELECT concat_ws('|', 'tier', number, s.slug, l.slug, since::date, manual, expires_on, computed_on, grace_from, counts_from, e.action, e.data)
        FROM tiers_customertier t JOIN mine ON mine.id = t.customer_id JOIN tiers_structure s ON s.id = t.structure_id
        JOIN tiers_level l ON l.id = t.level_id JOIN events_event e ON e.customer_id = t.customer_id AND e.id = t.event_id
    UNION ALL SELECT concat_ws('|', 'told', number, o.action, e.data)
        FROM sync_outboxrow o JOIN mine ON mine.id = o.customer_id
        JOIN events_event e ON e.customer_id = o.customer_id AND e.id = o.event_id
)
SELECT count(*), md5(string_agg(t, chr(10) ORDER BY t)) FROM said
"""
TWICE = """
    SELECT customer_id FROM events_event WHERE action = 'tier_down' GROUP BY customer_id, data->>'structure', occurred_at HAVING count(*) > 1
"""


def fill(name: str) -> None:
    for statement in FILL:
        rows(statement.format(name=name, customers=CUSTOMERS))


def digest(name: str) -> tuple[int, str]:
    [(count, found)] = rows(DIGEST, {"name": name})
    return count, found


def seen_to() -> int:
    """Customers whose day has been seen to: all of their structures in one transaction."""
    found: int = rows("SELECT count(DISTINCT customer_id) FROM events_event WHERE action = 'tier_down'")[0][0]
    return found


def prepared(*arguments: object) -> "subprocess.Popen[str]":
    """A run in a process of its own, when it is about to begin."""
    command = [sys.executable, str(CHILD), *map(str, arguments)]
    process = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "ready\n"
    return process


def begin(run: "subprocess.Popen[str]") -> None:
    assert run.stdin is not None
    with run.stdin as told:
        told.write("\n")


def start(*arguments: object) -> "subprocess.Popen[str]":
    run = prepared(*arguments)
    begin(run)
    return run


@pytest.fixture
def undisturbed(committed_db: None) -> tuple[int, str]:
    """What becomes of one set of customers when nothing happens; another one of the same kind is there then."""
    somebody_subscribes()
    set_up(*STRUCTURES)
    recalculate_all(now=timezone.now)
    fill("a")
    done = expire_tiers(now=timezone.now)
    # Three falls each, and a grace without an event.
    assert done == CUSTOMERS * 3 // 4 * 3
    found = digest("a")
    assert expire_tiers(now=timezone.now) == 0
    assert digest("a") == found
    fill("b")
    return found


def kill_in_the_midst(child: "subprocess.Popen[str]", customers: int) -> None:
    """When so many more have been seen to, and a moment later: anywhere in a chunk."""
    goal, deadline = seen_to() + customers, time.monotonic() + 60
    while seen_to() < goal and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.1))
    child.kill()


def test_a_run_killed_at_random_points_ends_as_if_nothing_had_happened(undisturbed: tuple[int, str]) -> None:
    before, steps = seen_to(), list[int]()
    for _ in range(KILLS):
        child = start("plain")
        kill_in_the_midst(child, random.randrange(80))
        assert child.wait() == -9, "The run was over too soon: fewer kills, or more customers"
        steps.append(seen_to() - before)
    assert digest("b") != undisturbed

    for _ in range(3):
        assert start("plain").wait() == 0

    assert digest("b") == undisturbed
    assert rows(TWICE) == []
    check_books()
    print(f"{KILLS} kills in the midst of {seen_to() - before} customers, after {steps}")


def test_two_runs_and_a_killed_one_at_once_end_as_if_nothing_had_happened(undisturbed: tuple[int, str]) -> None:
    # To start a process takes longer than its run: they begin together once all are there.
    runs = [prepared("plain") for _ in range(3)]
    for run in runs:
        begin(run)
    kill_in_the_midst(runs[0], 1)

    assert [run.wait() for run in runs] == [-9, 0, 0]

    assert digest("b") == undisturbed
    assert rows(TWICE) == []


def test_a_checkpoint_outside_of_the_transaction_would_be_noticed(undisturbed: tuple[int, str], tmp_path: Path) -> None:
    """The control: such a version passes over what it was about to do."""
    assert start("flawed", tmp_path / "checkpoint", 5).wait() == -9
    assert start("flawed", tmp_path / "checkpoint").wait() == 0

    assert digest("b") != undisturbed
