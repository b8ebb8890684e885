from django.db import migrations

from loyalty.staff.roles.grants import grant


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        grant("catalogue.view", "manager", "service_agent", "analyst", "integrator", "read_only"),
        grant("catalogue.change", "manager", "integrator"),
        grant("catalogue.import", "integrator"),
    ]
