from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("points", "0009_bonuses")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE points_bonus_slug", "DROP SEQUENCE points_bonus_slug"),
        migrations.AddField(
            model_name="bonus",
            name="slug",
            field=models.CharField(
                db_default=models.Func(
                    output_field=models.CharField(max_length=64),
                    template="('bonus_' || nextval('points_bonus_slug'))",
                ),
                editable=False,
                max_length=64,
                unique=True,
                verbose_name="ID",
            ),
        ),
    ]
