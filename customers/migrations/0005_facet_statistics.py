from django.db import migrations

# Countries, genders and statuses depend on each other. Without knowing that, the planner expects matches of a rare
# combination soon, and walks a whole index of the order in search of them.
CREATE = "CREATE STATISTICS customer_facets (mcv, dependencies) ON status, country, gender FROM customers_customer"


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_room_for_updates")]

    operations = [migrations.RunSQL(CREATE, "DROP STATISTICS customer_facets")]
