"""What the Read API asks of events: which are listed, and what is told of a page of them beside their rows."""

from collections.abc import Collection

from django.db import connection

from .enums import Source


def imports_of(customers: Collection[int]) -> dict[int, str]:
    """By customer, the import whose event made the profile, as `import:<id>`: an index descent for each."""
    sql = """
        SELECT asked.id, first.source_detail FROM unnest(%s::bigint[]) AS asked(id) CROSS JOIN LATERAL (
            SELECT e.source, e.source_detail FROM events_event e WHERE e.customer_id = asked.id ORDER BY e.id LIMIT 1
        ) first WHERE first.source = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(customers), Source.IMPORT.value])
        return dict(cursor.fetchall())
