"""An answer is inserted when it is known, no more claimed empty before: nothing empty can be there to be changed."""

from django.db import migrations, models

# Ends a conversation of several statements at once if what it is about is nothing new (loyalty/engine/storage/outer.py).
SQL = """
CREATE FUNCTION require_new(is_new boolean) RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT is_new THEN
        RAISE EXCEPTION 'This is known already' USING ERRCODE = 'LY001';
    END IF;
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="savedanswer", name="saved_answer_is_whole"),
        migrations.AlterField(model_name="savedanswer", name="status", field=models.SmallIntegerField()),
        migrations.AlterField(model_name="savedanswer", name="body", field=models.BinaryField()),
        migrations.AddConstraint(
            model_name="savedanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__gte", 200), ("status__lt", 500)), name="saved_answer_status_is_known"
            ),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION require_new(boolean)"),
    ]
