"""Lists of the configuration as files: of each, or it is said why not."""

import json
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from loyalty.accounts.models import Account
from loyalty.points.bonuses.models import Bonus
from loyalty.program.exports import ExportedList, resource_of
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
CSV, JSON = "0", "1"
PAGES: dict[type[Model], Any] = dict(admin.site._registry)
EXPORTED = {model: page for model, page in PAGES.items() if not getattr(page, "not_exported", "")}


@pytest.fixture
def root(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.ADMINISTRATOR)
    client.force_login(made)
    return made


def address(model: type[Model], name: str = "export") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


def columns(page: Any) -> list[str]:
    [resource] = page.get_export_resource_classes(None)
    return [field.column_name for field in resource().get_user_visible_fields()]


def export(client: Client, model: type[Model], kind: str = JSON, query: str = "") -> Any:
    page = EXPORTED[model]
    [resource] = page.get_export_resource_classes(None)
    prefix = resource.__name__.lower()
    chosen = {f"{prefix}_{name}": "on" for name in columns(page)}
    return client.post(address(model) + query, {"format": kind, "resource": "", **chosen})


@pytest.mark.parametrize("model", sorted(PAGES, key=str))
def test_every_list_of_the_configuration_is_exported_or_says_why_not(model: type[Model]) -> None:
    page = PAGES[model]
    reason = getattr(page, "not_exported", "")

    assert len(reason.split()) > 2 if reason else isinstance(page, ExportedList)


@pytest.mark.parametrize("model", sorted(EXPORTED, key=str))
def test_a_file_names_no_person(model: type[Model]) -> None:
    people = {one.name for one in model._meta.concrete_fields if one.related_model in {User, Customer}}

    assert not people
    assert not getattr(model, "PERSONAL", ())


@pytest.mark.parametrize("model", sorted(EXPORTED, key=str))
def test_each_list_comes_as_a_file_with_a_row_in_the_trail(client: Client, root: User, model: type[Model]) -> None:
    rows = json.loads(export(client, model).content)

    written = AuditEntry.objects.get(operation="configuration.export")
    assert (written.staff, written.after) == (root, {"list": model._meta.label_lower, "rows": len(rows)})
    assert "export/" in client.get(address(model, "changelist")).content.decode()


def test_other_rows_are_named_by_their_ids_and_formulas_are_disarmed(client: Client, root: User) -> None:
    account = Account.objects.create(slug="miles", name="Miles")
    Bonus.objects.create(account=account, slug="b", name="=1+1", kind="fixed", points=5)

    [row] = json.loads(export(client, Bonus).content)
    text = export(client, Bonus, CSV)

    assert (row["account"], row["slug"], row["points"]) == ("miles", "b", "5")
    assert not row["name"].startswith("=")
    assert "id" not in row
    assert text["Content-Type"] == "text/csv"
    assert "no-store" in text["Cache-Control"]


def test_a_file_holds_what_the_page_shows(client: Client, root: User) -> None:
    Account.objects.create(slug="miles", name="Miles")

    everything = json.loads(export(client, Account).content)
    Bonus.objects.create(account=Account.objects.get(slug="miles"), slug="b", name="Spring", kind="fixed", points=5)
    found = json.loads(export(client, Bonus, query="?q=autumn").content)

    assert {"main", "miles"} <= {one["slug"] for one in everything}
    assert found == []


@pytest.mark.parametrize("model", sorted(EXPORTED, key=str))
def test_who_may_not_configure_gets_no_file_and_leaves_no_row(client: Client, model: type[Model]) -> None:
    client.force_login(User.objects.create_user("max", role=Role.MANAGER))

    assert client.get(address(model)).status_code == 403
    assert export(client, model).status_code == 403
    assert not AuditEntry.objects.filter(operation="configuration.export").exists()


def test_what_is_not_exported_has_no_such_page(client: Client, root: User) -> None:
    [settings] = [model for model, page in PAGES.items() if isinstance(page, ExportedList) and page.not_exported]

    assert client.get(address(settings)).status_code == 403
    assert "export/" not in client.get(address(settings, "changelist")).content.decode()


def test_a_resource_is_made_once_for_a_model() -> None:
    assert resource_of(Account) is resource_of(Account)
