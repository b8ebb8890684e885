"""Plans are kept on the connection, within bounds, and made anew when the tables have changed or grown under them."""

import pytest
from django.db import connection, transaction

from loyalty.engine.storage import wire
from loyalty.engine.storage.wire import Statement, current_wire

from .world import accepted, event, rows

pytestmark = pytest.mark.usefixtures("committed_db")
ASK = Statement("SELECT id FROM grown WHERE id = ANY($1::bigint[])", [[1, 2]])


def kept() -> int:
    return int(rows("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'engine%'")[0][0])


def test_what_was_prepared_once_is_used_again() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=1))
    accepted(event("ann", "point_add", points=2))
    before = kept()

    accepted(event("ann", "point_add", points=3))

    assert kept() == before > 0


def test_beyond_the_bound_the_server_lets_go_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(event("ann", "opt_in"))
    before = kept()
    monkeypatch.setattr(wire, "MAX_PLANS", 1)

    accepted(event("ann", "profile", first_name="Ann"))

    assert 0 < kept() < before


def test_a_plan_from_before_a_change_of_the_table_is_made_anew() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))
    accepted(event("ann", "point_add", points=5))
    connection.connection.execute("DEALLOCATE ALL")

    accepted(event("ann", "point_add", points=5))

    assert rows("SELECT earned FROM points_balance") == [(15,)]


def test_a_batch_without_business_keys_asks_nothing_of_them() -> None:
    connection.close()
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))
    asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%events_businesskey%'"
    assert rows(asked) == [(0,)]

    accepted(event("ann", "checkout", transaction_id="t", total=5))
    assert rows(asked) == [(1,)]


def kept_plan() -> str:
    """How PostgreSQL runs `ASK` as the engine has prepared it."""
    [name] = [name for (sql, _), name in current_wire()._plans.items() if sql == ASK.sql]
    return "\n".join(line for (line,) in rows(f"EXPLAIN EXECUTE {name.decode()} ('{{1,2}}')"))


def test_a_plan_of_a_small_table_is_made_anew_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        rows("SET LOCAL plan_cache_mode = force_generic_plan")
        rows("CREATE TEMPORARY TABLE grown (id bigint PRIMARY KEY) ON COMMIT DROP")
        rows("INSERT INTO grown VALUES (0); ANALYZE grown")
        current_wire().run([ASK])
        rows("INSERT INTO grown SELECT generate_series(1, 50000)")
        current_wire().run([ASK])
        assert "Seq Scan" in kept_plan()
        monkeypatch.setattr(wire, "PLANS_LAST", 0)
        current_wire().run([ASK])
        assert "Index" in kept_plan()
