"""As of the same name in customers."""

from importlib import import_module

from django.db import migrations

changed = import_module("customers.migrations.0017_one_form").changed
MANY, ONE = (getattr(import_module("customers.migrations.0020_one_erasure_key"), name) for name in ("MANY", "ONE"))


class Migration(migrations.Migration):
    dependencies = [("events", "0025_parts"), ("customers", "0020_one_erasure_key")]

    operations = [
        migrations.RunSQL(changed("erased_keys(text[])", (MANY, ONE)), changed("erased_keys(text[])", (ONE, MANY)))
    ]
