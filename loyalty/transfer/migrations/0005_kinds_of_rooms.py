from django.db import migrations, models


class Migration(migrations.Migration):
    """Which kinds of files there are is no part of the schema any more: one more needs no migration here."""

    dependencies = [("transfer", "0004_predicates")]

    operations = [
        migrations.RemoveConstraint(model_name="importjob", name="import_model_is_known"),
        migrations.AlterField(
            model_name="importjob",
            name="model",
            field=models.CharField(max_length=20, verbose_name="rows are"),
        ),
    ]
