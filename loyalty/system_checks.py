"""System checks: the schema's rules, a database that keeps what it acknowledged, a secret that is one."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's own name
from django.db import connections
from django.db.models import CompositePrimaryKey, Model, UniqueConstraint

from loyalty.database.tables import has_own_key, our_models
from loyalty.protection.queries import CURE, are_one_role, lacks

ROOT = "customers.Customer"
DURABLE = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_write", "remote_apply"}}
SECRET_KEY_LENGTH = 32


@register(Tags.models)
def check_schema(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [message for model in our_models() for message in schema_errors(model)]


def schema_errors(model: type[Model]) -> Iterable[CheckMessage]:
    """A table is the root, owned by a customer, an own-key look-up, or reference data; nothing else."""
    label = model._meta.label
    owned = any(getattr(field, "attname", "") == "customer_id" for field in model._meta.get_fields())
    if not owned or label == ROOT or has_own_key(model):
        return
    key = model._meta.pk
    if not isinstance(key, CompositePrimaryKey) or key.field_names[0] not in {"customer_id", "customer"}:
        yield Error(
            f"{label} has customer_id, but its primary key does not begin with it.",
            hint='Declare `pk = models.CompositePrimaryKey("customer_id", "id")`.',
            obj=model,
            id="loyalty.E001",
        )
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and not {"customer", "customer_id"} & set(constraint.fields):
            yield Error(
                f"The unique constraint {constraint.name} of {label} does not include the customer.",
                hint="Add the customer, or keep what is unique for the brand in a table of its own.",
                obj=model,
                id="loyalty.E002",
            )


@register(Tags.database)
def check_durability(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    return [message for alias in databases or () for message in durability_errors(alias)]


def durability_errors(alias: str) -> Iterable[CheckMessage]:
    """What the server acknowledges must survive its crash."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [[*DURABLE, "data_checksums"]])
        found = dict(cursor.fetchall())
    for name, allowed in DURABLE.items():
        if found.get(name) not in allowed:
            yield Error(
                f"PostgreSQL runs with {name} = {found.get(name)}: acknowledged events can be lost.",
                hint=f"Set {name} = on in postgresql.conf and reload the server.",
                id="loyalty.E010",
            )
    if found.get("data_checksums") != "on":
        yield Warning(
            "PostgreSQL runs without data checksums: silent damage of the disk stays silent.",
            hint="Stop the server and run pg_checksums --enable.",
            id="loyalty.W011",
        )


@register(Tags.database)
def check_protections(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    # The owner's commands put them back, or say themselves why they do not.
    return [*protection_errors()] if databases and settings.DATABASE_ROLE == "app" else []


def protection_errors() -> Iterable[CheckMessage]:
    """Triggers stop mistakes; only a role without the privilege stops the operator's own programs."""
    for lack in lacks():
        yield Error(
            f"A protection is not in place: {lack}; it must be {lack.wanted}.",
            hint=f"To mend it, {CURE}.",
            id="loyalty.E012",
        )
    if are_one_role():
        yield Warning(
            "This connection's role owns the tables: triggers stop mistakes, not the operator.",
            hint="Let another role own the tables: set DATABASE_OWNER_URL and migrate with it.",
            id="loyalty.W013",
        )


@register(Tags.security)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SECRET_KEY_LENGTH and len(set(key)) >= 10 and "insecure" not in key:
        return []
    return [
        Error(
            "SECRET_KEY is weak: sessions and signed links could be forged.",
            hint=f"Set SECRET_KEY to at least {SECRET_KEY_LENGTH} random characters.",
            id="loyalty.E020",
        )
    ]
