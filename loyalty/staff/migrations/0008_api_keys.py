import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import loyalty.api.keys.models
import loyalty.api.keys.validators
from loyalty.sealing import Purpose, seal, unseal


def seal_secrets(apps, schema_editor):
    keys, secrets = apps.get_model("staff", "ApiKey").objects, apps.get_model("staff", "ApiSecret").objects
    keys.filter(require_signature=False).update(kind="development")
    for key in keys.all():
        sealed = seal(key.secret, Purpose.API_SECRETS)
        secrets.create(api_key=key, place=1, sealed=sealed, created_at=key.created_at)
    # What the rows still wait for would stop the changes of the tables below.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def open_secrets(apps, schema_editor):
    keys, secrets = apps.get_model("staff", "ApiKey").objects, apps.get_model("staff", "ApiSecret").objects
    keys.exclude(kind="development").update(require_signature=True)
    for secret in secrets.order_by("-place"):
        keys.filter(pk=secret.api_key_id).update(secret=unseal(secret.sealed, Purpose.API_SECRETS))


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0007_show_inactive"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
            ],
            options={
                "verbose_name": "secret",
                "verbose_name_plural": "secrets",
            },
        ),
        migrations.AddField(
            model_name="apikey",
            name="actions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    max_length=64,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9_.-]{1,64}\\Z",
                            "“%(value)s”: write it with letters, digits, '_', '.' and '-', at most 64.",
                        )
                    ],
                ),
                blank=True,
                default=list,
                help_text="The actions it may record, one a line. Empty: all; a client-side key needs its own.",
                size=None,
                verbose_name="actions",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="apis",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("events", "Events"),
                        ("customers", "Customers"),
                        ("display", "Display"),
                        ("read", "Read"),
                    ],
                    max_length=20,
                ),
                default=loyalty.api.keys.models.all_apis,
                size=None,
                verbose_name="APIs",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="external_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    max_length=64,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9_.-]{1,64}\\Z",
                            "“%(value)s”: write it with letters, digits, '_', '.' and '-', at most 64.",
                        )
                    ],
                ),
                blank=True,
                default=list,
                help_text="By which fields it may name customers, one a line; the customer ID is id. Empty: all; for a client-side key the customer ID.",
                size=None,
                verbose_name="external IDs",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("server", "Server: every request is signed"),
                    ("development", "Development: requests may come unsigned"),
                    ("client_side", "Client-side: unsigned, from web pages, behavioural events only"),
                ],
                default="server",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last used"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43, validators=[loyalty.api.keys.validators.check_network]),
                blank=True,
                default=list,
                help_text="From where it may be used: addresses or networks such as 203.0.113.0/24, one a line. Empty: any.",
                size=None,
                verbose_name="networks",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="origins",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=255, validators=[loyalty.api.keys.validators.check_origin]),
                blank=True,
                default=list,
                help_text="Of a client-side key: the web sites that may use it, such as https://shop.example.com, one a line.",
                size=None,
                verbose_name="origins",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="requests_per_minute",
            field=models.PositiveIntegerField(
                blank=True, default=20000, help_text="Empty: no limit.", null=True, verbose_name="requests per minute"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["server", "development", "client_side"])), name="api_key_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("requests_per_minute", 0), _negated=True), name="api_key_limit_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "client_side"), _negated=True),
                    models.Q(
                        models.Q(("actions", []), _negated=True),
                        models.Q(("origins", []), _negated=True),
                        ("apis", ["events"]),
                        ("may_fix_points", False),
                    ),
                    _connector="OR",
                ),
                name="client_side_key_is_narrow",
            ),
        ),
        migrations.AddField(
            model_name="apisecret",
            name="api_key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="staff.apikey"
            ),
        ),
        migrations.AddConstraint(
            model_name="apisecret",
            constraint=models.UniqueConstraint(fields=("api_key", "place"), name="one_secret_for_a_place"),
        ),
        migrations.AddConstraint(
            model_name="apisecret",
            constraint=models.CheckConstraint(condition=models.Q(("place__in", (1, 2))), name="two_secrets_at_most"),
        ),
        migrations.RunPython(seal_secrets, open_secrets),
        migrations.RemoveField(
            model_name="apikey",
            name="require_signature",
        ),
        migrations.RemoveField(
            model_name="apikey",
            name="secret",
        ),
    ]
