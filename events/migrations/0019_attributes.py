import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What was only named is defined: of any type, so that whatever is sent today stays as it is.
DEFINE = """
INSERT INTO events_eventattribute (event_type_id, slug, label, type, options, required, personal, position)
SELECT t.action, named.slug, '', 'any', '{}', false, bool_or(named.personal), min(named.place)
FROM events_eventtype t CROSS JOIN LATERAL (
    SELECT slug, false, place FROM unnest(t.attributes) WITH ORDINALITY AS one (slug, place)
    UNION ALL SELECT slug, true, place + 1000 FROM unnest(t.personal_attributes) WITH ORDINALITY AS one (slug, place)
) AS named (slug, personal, place)
WHERE named.slug <> '' GROUP BY t.action, named.slug;
-- Their foreign keys now, since the table of what they point to changes next.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT watch_program('events_eventattribute');
"""
NAME = """
UPDATE events_eventtype t SET
    attributes = ARRAY(SELECT slug FROM events_eventattribute a WHERE a.event_type_id = t.action ORDER BY position, id),
    personal_attributes = ARRAY(
        SELECT slug FROM events_eventattribute a WHERE a.event_type_id = t.action AND a.personal ORDER BY position, id
    );
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0018_event_recent"), ("staff", "0005_program_record")]

    operations = [
        migrations.CreateModel(
            name="EventAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(help_text="As it is sent.", max_length=64, verbose_name="ID")),
                ("label", models.CharField(blank=True, default="", max_length=100, verbose_name="label")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("any", "As it is sent"),
                            ("string", "String"),
                            ("numeric", "Numeric"),
                            ("boolean", "Boolean"),
                            ("select", "Select"),
                            ("date", "Date"),
                            ("datetime", "Date and time"),
                            ("url", "URL"),
                            ("multiple_choice", "Multiple choice"),
                            ("list", "List"),
                            ("image", "Image"),
                        ],
                        default="string",
                        max_length=15,
                        verbose_name="type",
                    ),
                ),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        help_text="What a select or a multiple choice offers.",
                        size=None,
                        verbose_name="options",
                    ),
                ),
                ("required", models.BooleanField(default=False, verbose_name="required")),
                (
                    "personal",
                    models.BooleanField(
                        default=False,
                        help_text="Tells something of a person: the action must be signed.",
                        verbose_name="personal",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "event_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attributes", to="events.eventtype"
                    ),
                ),
            ],
            options={
                "verbose_name": "attribute",
                "verbose_name_plural": "attributes",
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event_type", "slug"), name="one_attribute_of_an_id"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "any",
                                    "string",
                                    "numeric",
                                    "boolean",
                                    "select",
                                    "date",
                                    "datetime",
                                    "url",
                                    "multiple_choice",
                                    "list",
                                    "image",
                                ],
                            )
                        ),
                        name="attribute_type_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["multiple_choice", "select"]), ("options", []), _connector="XOR"
                        ),
                        name="attribute_options_are_of_a_choice",
                    ),
                ],
            },
        ),
        migrations.RunSQL(DEFINE, NAME),
        migrations.RemoveField(
            model_name="eventtype",
            name="attributes",
        ),
        migrations.RemoveField(
            model_name="eventtype",
            name="personal_attributes",
        ),
        migrations.AddField(
            model_name="eventtype",
            name="default_account",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What earns the default points where the event names none. Empty: the brand's default account.",
                max_length=64,
                verbose_name="default account",
            ),
        ),
        migrations.AddField(
            model_name="eventtype",
            name="only_known",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="An event with another attribute is refused. Off: it is kept as it was sent.",
                verbose_name="these attributes only",
            ),
        ),
    ]
