"""The engine's plans are kept, but not for longer than tables take to grow."""

import pytest
from django.db import connection

from loyalty.engine.storage import wire as wires
from loyalty.engine.storage.wire import Statement, current_wire
from tests.engine.world import rows

pytestmark = pytest.mark.django_db
ASK = Statement("SELECT id FROM grown WHERE id = ANY($1::bigint[])", [[1, 2]])


def kept_plan() -> str:
    """How PostgreSQL now runs the statement as the engine has prepared it."""
    [name] = [name for (sql, _), name in current_wire()._plans.items() if sql == ASK.sql]
    return "\n".join(line for (line,) in rows(f"EXPLAIN EXECUTE {name.decode()} ('{{1,2}}')"))


def test_a_plan_of_a_small_table_is_made_anew_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("CREATE TEMPORARY TABLE grown (id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("INSERT INTO grown VALUES (0); ANALYZE grown")
        current_wire().run([ASK])
        cursor.execute("INSERT INTO grown SELECT generate_series(1, 50000)")
    current_wire().run([ASK])
    assert "Seq Scan" in kept_plan()
    monkeypatch.setattr(wires, "PLANS_LAST", 0)
    current_wire().run([ASK])
    assert "Index" in kept_plan()
