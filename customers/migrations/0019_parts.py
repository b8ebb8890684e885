import django.contrib.postgres.indexes
from django.db import migrations

import loyalty.database.trigrams

SQL = """
-- The groups of three letters in a text, in small letters: what an index finds its parts by.
CREATE FUNCTION trigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT ARRAY(SELECT DISTINCT substr(lower($1), place, 3) FROM generate_series(1, length(lower($1)) - 2) place)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0018_vocabularies")]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION trigrams(text)"),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                loyalty.database.trigrams.Trigrams("value"), gin_pending_list_limit=256, name="identity_by_part"
            ),
        ),
    ]
