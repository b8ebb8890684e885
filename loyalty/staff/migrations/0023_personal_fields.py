"""Personal data is seen by fields. Whoever has seen customers or orders sees all of it as before: administrators take away."""

from django.db import migrations

SEEN = (
    "personal.names", "personal.email", "personal.phones", "personal.birthdates", "personal.gender", "personal.addresses",
    "personal.languages", "personal.origins", "personal.attributes", "personal.notes", "personal.devices",
)  # fmt: skip
_LIST = ", ".join(f"'{right}'" for right in SEEN)
GIVE = f"""
UPDATE staff_staffrole SET rights = ARRAY(SELECT DISTINCT one FROM unnest(rights || ARRAY[{_LIST}]::varchar[]) AS one ORDER BY one)
WHERE rights && ARRAY['customers.view', 'transactions.view']::varchar[]
"""  # of the list above
TAKE = f"""
UPDATE staff_staffrole SET rights = ARRAY(SELECT one FROM unnest(rights) AS one WHERE one NOT IN ({_LIST}) ORDER BY one)
WHERE rights && ARRAY[{_LIST}]::varchar[]
"""  # of the list above


class Migration(migrations.Migration):
    dependencies = [("staff", "0022_trail")]

    operations = [migrations.RunSQL(GIVE, TAKE)]
