"""A data folder of an earlier version is brought to today's schema when it is started, with all that is in it."""

import json
import lzma
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loyalty import embedded
from tests.engine.world import rows
from tests.prove.serving import folder, manage, serve

# The demo with its showcase as it was kept before the schema stood in few migrations, by `pg_dump --inserts --no-owner`.
BEFORE = Path(__file__).parent / "before_few_migrations.sql.xz"
COLUMNS = """
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated::text,
    pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1, 2
"""
# What the database refuses, as each migration leaves it on record.
RULES = "SELECT kind, name, statement FROM protection_definition WHERE kind <> 'migrations' ORDER BY 1, 2"
COUNTS = """
SELECT (SELECT count(*) FROM customers_customer), (SELECT count(*) FROM events_event), (SELECT sum(points) FROM points_entry)
"""


def _plain(rules: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Without blanks, casts and brackets: PostgreSQL writes some anew when it reads what it has written."""
    return [(kind, name, re.sub(r"::[a-z ]+(\[\])?|[()\s]", "", statement)) for kind, name, statement in rules]


@pytest.mark.prove
@pytest.mark.django_db
def test_a_folder_of_before_starts_whole_and_has_the_schema_of_today() -> None:
    with folder() as data:
        started = embedded.start(data)
        with psycopg.connect(started.owner_url) as raw:
            raw.execute(lzma.decompress(BEFORE.read_bytes()))
            raw.execute("SET search_path = public")
            [before] = raw.execute(COUNTS).fetchall()

        with serve(data):
            report: dict[str, Any] = json.loads(manage(data, "verify", check=False).stdout)
            again = manage(data, "migrate", "--plan").stdout

        started = embedded.start(data)
        with psycopg.connect(started.owner_url) as raw:
            columns, rules, [after] = (raw.execute(one).fetchall() for one in (COLUMNS, RULES, COUNTS))

    assert (report["ok"], report["mismatches"]) == (True, [])
    assert "No planned migration operations" in again
    assert columns == rows(COLUMNS)
    assert _plain(rules) == _plain(rows(RULES))
    assert before[0] > 20
    assert after >= before
