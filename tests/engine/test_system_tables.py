"""The four kinds of table, and which fields are personal."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from loyalty.database.tables import has_own_key, our_models
from loyalty.system_checks import ROOT, check_schema, schema_errors
from tests.listing import listed

# Staff, their files and what guards the database are about nobody's points.
CLASSIFIED: list[Any] = [
    found for found in our_models() if found._meta.app_label not in {"staff", "transfer", "protection"}
]
# The one table of staff that is about customers.
CLASSIFIED.append(apps.get_model("staff.AuditEntry"))
# Configuration: small, and about nobody.
REFERENCE = {
    "customers.Field", "events.EventType", "events.EventAttribute", "points.Account", "points.BurnRate", "points.EarningRule", "points.EarningRate",
    "points.Verification", "points.Bonus",
}.union(*(room.reference for room in listed()))  # fmt: skip
OWNED = [found for found in CLASSIFIED if found._meta.label not in {ROOT, *REFERENCE} and not has_own_key(found)]


def test_the_schema_follows_its_rules() -> None:
    assert check_schema(None) == []


def test_every_table_is_root_owned_own_key_or_reference() -> None:
    assert {found._meta.label for found in OWNED} == {
        "customers.Note",
        "customers.Secret",
        "events.Event",
        "events.Transaction",
        "points.Pending",
        "points.Lot",
        "points.Entry",
        "points.Balance",
        "points.BonusUse",
        "sync.OutboxRow",
    }.union(*(room.owned for room in listed()))


@pytest.mark.parametrize("found", OWNED, ids=lambda found: found._meta.label)
def test_an_owned_table_is_keyed_by_its_customer_first(found: type[models.Model]) -> None:
    key = found._meta.pk
    assert isinstance(key, models.CompositePrimaryKey)
    assert key.field_names[0] == "customer_id"
    for constraint in found._meta.constraints:
        assert not isinstance(constraint, models.UniqueConstraint) or "customer" in constraint.fields
    assert not [field.name for field in found._meta.fields if field.unique and not field.primary_key]


@isolate_apps("customers")
def test_an_owned_table_with_a_key_of_its_own_is_reported() -> None:
    class Stray(models.Model):
        customer = models.ForeignKey("customers.Customer", models.DO_NOTHING)

        class Meta:
            app_label = "customers"

        def __str__(self) -> str:
            return ""

    assert [message.id for message in schema_errors(Stray)] == ["loyalty.E001"]


def unclassified(found: Any) -> set[str]:
    fields = {field.name for field in found._meta.get_fields() if field.concrete or not field.is_relation}
    fields |= {field.name for field in found._meta.get_fields() if isinstance(field, models.ForeignObject)}
    return fields ^ (found.PERSONAL | found.NEUTRAL)


ABOUT_CUSTOMERS = [found for found in CLASSIFIED if found._meta.label not in REFERENCE]


@pytest.mark.parametrize("found", ABOUT_CUSTOMERS, ids=lambda found: found._meta.label)
def test_every_field_is_personal_or_neutral_and_not_both(found: Any) -> None:
    assert not found.PERSONAL & found.NEUTRAL
    assert unclassified(found) - {"pk"} == set()


@isolate_apps("customers")
def test_control_a_field_that_nobody_classified_is_found() -> None:
    class Diary(models.Model):
        secret = models.TextField()
        PERSONAL: frozenset[str] = frozenset()
        NEUTRAL = frozenset({"id"})

        class Meta:
            app_label = "customers"

        def __str__(self) -> str:
            return ""

    assert unclassified(Diary) == {"secret"}
