"""Countries, languages, currencies and genders as their codes, where what is stored means one; the rest stays as it is."""

from typing import Any

from django.db import migrations

from customers.fields.vocabularies import VOCABULARIES


def to_codes(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for field, (read, _what) in VOCABULARIES.items():
            cursor.execute(f"SELECT DISTINCT {field} FROM customers_customer WHERE {field} IS NOT NULL")
            known = [(value, read(value)) for (value,) in cursor.fetchall()]
            changed = [(value, code) for value, code in known if code and code != value]
            cursor.execute(
                f"UPDATE customers_customer SET {field} = code FROM unnest(%s::text[], %s::text[]) AS known (value, code)"
                f" WHERE {field} = known.value",
                [[value for value, _ in changed], [code for _, code in changed]],
            )


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_one_form")]

    operations = [migrations.RunPython(to_codes, migrations.RunPython.noop)]
