"""Whatever is changed on the configuration pages is in the audit trail, by field, and nowhere else."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, models
from django.template import Engine
from django.test import Client
from django.urls import reverse

from events.types.models import EventType
from loyalty.accounts.models import Account, BurnRate
from loyalty.staff.audit.kinds import subject_kinds, subject_of
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.audit.watching import HIDDEN, is_secret
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.site import OneTrail
from tests.page_forms import form_with
from tests.staff.test_stale_pages import MODELS, editable_models, preferences, shown, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
HERE: Any = {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Firefox/140"}
PAGES = [make for make in MODELS if make is not preferences]


@pytest.fixture(autouse=True)
def lenient_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's own name variables that are not always there."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root-user", password="x"))
    return client


def written() -> list[AuditEntry]:
    return list(AuditEntry.objects.exclude(operation="login.succeed").order_by("id"))


def told() -> list[tuple[Any, ...]]:
    return [(one.operation, one.subject, one.before, one.after) for one in written()]


def test_every_page_that_changes_anything_is_in_this_test() -> None:
    pages = {model for model in editable_models() if model in admin.site._registry}
    assert pages == {MODELS[make] for make in PAGES}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_page_leaves_the_log_to_the_trail(model: Any) -> None:
    page = admin.site._registry[model]
    assert isinstance(page, OneTrail)
    assert type(page).log_change is OneTrail.log_change
    assert type(page).history_view is OneTrail.history_view


@pytest.mark.parametrize("make", PAGES)
def test_each_page_writes_down_what_it_changes_with_who_and_from_where(root: Client, make: Any) -> None:
    page = make()
    name, value, as_sent = page.own
    before = getattr(page.row, name)
    sent = shown(root, page) | {name: [as_sent]}

    assert root.post(url_of(page), sent, **HERE).status_code == 302

    [entry] = [one for one in written() if one.operation == "configuration.change"]
    assert entry.subject == subject_of(page.row)
    assert entry.before == ({name: before} if isinstance(before, str) else {name: "100"})
    assert {name: str(shown) for name, shown in entry.after.items()} == {name: str(value)}
    assert (str(entry.staff), entry.ip_address, entry.user_agent) == ("root-user", *HERE.values())
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("make", PAGES)
def test_a_page_that_is_saved_as_it_was_writes_nothing(root: Client, make: Any) -> None:
    page = make()
    before = len(written())
    assert root.post(url_of(page), shown(root, page)).status_code == 302
    assert len(written()) == before


@pytest.mark.parametrize("make", PAGES)
def test_the_history_of_each_page_leads_to_its_part_of_the_trail(root: Client, make: Any) -> None:
    page = make()
    name, _, as_sent = page.own
    root.post(url_of(page), shown(root, page) | {name: [as_sent]})
    AuditEntry.objects.create(at=written()[-1].at, operation="configuration.delete", subject="account:999999")

    answer = root.get(url_of(page).replace("/change/", "/history/"), follow=True)

    assert {row.entry.subject for row in answer.context["rows"]} == {subject_of(page.row)}


@pytest.mark.parametrize("make", PAGES)
def test_each_configured_thing_has_a_kind_and_a_page(root: Client, make: Any) -> None:
    row = make().row
    row.refresh_from_db()
    kind, _, key = subject_of(row).partition(":")
    address = subject_kinds()[kind].address(key, None)
    assert address
    assert root.get(address).status_code == 200
    assert subject_kinds()[kind].names([key]) == {key: str(row)}


def test_what_is_added_and_deleted_is_written_down(root: Client) -> None:
    page = form_with(root.get(reverse("admin:events_eventtype_add")).content.decode(), "name")
    row = {"slug": "shop", "label": "Shop", "type": "string", "position": "0"}
    sent = {"action": "visit", "name": "Visit", "attributes-TOTAL_FORMS": "1"}
    sent |= {f"attributes-0-{name}": value for name, value in row.items()}
    assert root.post(reverse("admin:events_eventtype_add"), page | sent).status_code == 302
    made = EventType.objects.get(action="visit")
    root.post(reverse("admin:events_eventtype_delete", args=[made.pk]), {"post": "yes"})

    added, deleted = written()
    assert (added.operation, added.subject, added.before) == ("configuration.add", f"event_type:{made.pk}", {})
    assert (added.after["name"], added.after["eventattribute:Shop"]["slug"]) == ("Visit", "shop")
    assert (deleted.operation, deleted.subject, deleted.after) == ("configuration.delete", f"event_type:{made.pk}", {})
    assert deleted.before == added.after
    assert not EventType.objects.filter(action="visit").exists()


def test_what_is_deleted_from_the_list_is_written_down_one_by_one(root: Client) -> None:
    made = [EventType.objects.create(action=name, name=name.title()) for name in ("visit", "call")]
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in made], "post": "yes"}
    root.post(reverse("admin:events_eventtype_changelist"), chosen)

    if EventType.objects.filter(action="visit").exists():
        assert told() == []
    else:
        assert {one[1] for one in told()} == {f"event_type:{one.pk}" for one in made}


def test_a_row_below_is_told_with_the_row_above(root: Client) -> None:
    account = Account.objects.create(slug="miles", name="Miles")
    BurnRate.objects.create(account=account, currency="EUR", points=100, amount=100)
    address = reverse("admin:points_account_change", args=[account.pk])
    sent = form_with(root.get(address).content.decode(), "seen")

    assert root.post(address, sent | {"burn_rates-0-points": ["200"]}).status_code == 302

    [(operation, subject, before, after)] = told()
    assert (operation, subject) == ("configuration.change", f"account:{account.pk}")
    assert ([*before.values()], [*after.values()]) == ([{"points": 100}], [{"points": 200}])


def test_a_new_password_of_somebody_is_told_and_not_kept(root: Client) -> None:
    ann = User.objects.create_user("ann", password="x", role=Role.MANAGER)
    password = "four words which stay"
    sent = {"usable_password": "true", "password1": password, "password2": password}
    assert root.post(f"/admin/staff/user/{ann.pk}/password/", sent).status_code == 302

    assert told() == [("user.set_password", f"user:{ann.pk}", {"password": HIDDEN}, {"password": HIDDEN})]


def test_an_operation_on_a_page_is_told_once(root: Client) -> None:
    sent = form_with(root.get("/admin/staff/apikey/add/").content.decode(), "name")
    answer = root.post("/admin/staff/apikey/add/", sent | {"name": ["Till"], "kind": ["server"], "apis": ["events"]})

    assert answer.status_code == 200
    assert [one[0] for one in told()] == ["api_key.create"]


def test_what_cannot_be_written_down_is_not_changed(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account.objects.get()
    address = reverse("admin:points_account_change", args=[account.pk])
    sent = form_with(root.get(address).content.decode(), "seen") | {"name": ["Stars"]}
    agent = "with a \x00 in it"

    with pytest.raises((DatabaseError, ValueError)):
        root.post(address, sent, HTTP_USER_AGENT=agent)

    account.refresh_from_db()
    assert account.name != "Stars"


def test_no_page_has_a_list_of_others_whose_change_the_trail_would_not_see() -> None:
    many = [f"{model._meta.label}.{one.name}" for model in editable_models() for one in model._meta.many_to_many]
    assert many == ["staff.User.groups", "staff.User.user_permissions"], "which no page shows"
    shown = {name for _, options in admin.site._registry[User].fieldsets or () for name in options["fields"]}
    assert not shown & {"groups", "user_permissions"}


def test_what_looks_like_a_secret_is_one() -> None:
    columns = [one.name for model in editable_models() for one in model._meta.concrete_fields]
    assert {name for name in columns if is_secret(name)} == {"password"}
    assert not [
        model
        for model in editable_models()
        for one in model._meta.concrete_fields
        if isinstance(one, models.BinaryField)
    ]
