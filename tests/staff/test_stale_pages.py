"""Two people have the same form open: whoever saves last takes nothing back that they did not mean to change.

Every configuration page and every form over a row is walked; a new one is covered on the day it is made, or named here.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.forms import ModelForm
from django.template import Engine
from django.test import Client, RequestFactory
from django.urls import reverse

from customers.fields.models import Field
from events.types.models import EventAttribute, EventType
from loyalty.accounts.models import Account, BurnRate, EarningRate, EarningRule
from loyalty.api.keys.models import ApiKey
from loyalty.database.saving import SavesOnlyChanges
from loyalty.forms.stale import StaleSafeForm
from loyalty.people.groups.program import read_groups
from loyalty.people.groups.queries import people_in, switched_on
from loyalty.points.bonuses.models import Bonus
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.ui.forms import PreferencesForm
from tests.api_keys import client_side_key
from tests.groups.groups import join, leave, make_groups, person, set_status, switch_on
from tests.page_forms import Sent, form_with

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


class Page(NamedTuple):
    """What the second person gives each field of the page, and what the first one sends for one field: as it is
    stored, and as it is sent."""

    row: Model
    meanwhile: dict[str, Any]
    own: tuple[str, Any, str]
    url: str = ""


def a_user() -> Page:
    user = User.objects.create_user("ann", password="x", role=Role.MANAGER, first_name="Ann", email="ann@example.com")
    values = {
        "username": "ann2",
        "last_name": "Bee",
        "email": "bee@example.com",
        "role": "read_only",
        "is_active": False,
    }
    return Page(user, values, ("first_name", "Anna", "Anna"))


def preferences() -> Page:
    values = {"first_name": "Root", "last_name": "User", "email": "root@example.com", "password": "!"}
    return Page(User.objects.get(username="root-user"), values, ("shortcuts", False, ""), url="/preferences/")


def general_settings() -> Page:
    values = {
        "currency": "HUF", "auto_subscribe": "any", "modules": ["multi_accounts", "checkout_accept"],
        "accept_after_days": 9, "import_file_days": 10, "import_record_days": 100, "unique_emails": True,
        "show_inactive": True, "earn_in_unknown_currencies": True, "refused_names": ["guest", "nobody"],
    }  # fmt: skip
    return Page(GeneralSettings.objects.get(), values, ("brand_name", "Shop", "Shop"))


def an_api_key() -> Page:
    key = client_side_key(external_ids=["id"], networks=["10.0.0.0/8"])
    values = {
        "actions": ["booking", "referral"], "external_ids": [], "networks": ["192.0.2.0/24"],
        "origins": ["https://other.example.com"], "requests_per_minute": None,
    }  # fmt: skip
    return Page(key, values, ("name", "Web shop", "Web shop"))


def an_account() -> Page:
    values = {
        "currency_label": "stars", "type": "status_points", "negative_points": True, "expiry": "activity",
        "expiry_after": 3, "expiry_unit": "years", "expiry_month": 2, "expiry_day": 3,
        "expiry_actions": ["refund", "checkout"],
    }  # fmt: skip
    account = Account.objects.create(slug="miles", name="Miles")
    BurnRate.objects.create(account=account, currency="EUR", points=100, amount=100)
    return Page(account, values, ("name", "Air miles", "Air miles"))


def an_earning_rule() -> Page:
    account = Account.objects.create(slug="miles", name="Miles")
    rule = EarningRule.objects.create(account=account)
    EarningRate.objects.create(rule=rule, currency="HUF", percentage="1")
    return Page(rule, {"basis": "item", "rounding": "up"}, ("percentage", 7, "7"))


def a_bonus() -> Page:
    bonus = Bonus.objects.create(account=Account.objects.get(), name="Mugs", multiplier=2, products=["A"])
    values = {
        "active": False, "multiplier": "3.5", "first_day": "2026-01-01", "last_day": "2026-12-31", "products": ["B"],
        "categories": ["mugs", "cups"], "channels": ["web"], "currency": "EUR", "minimum": "10", "customer_limit": 5,
        "total_limit": 50, "refund_releases": False,
    }  # fmt: skip
    return Page(bonus, values, ("name", "All mugs", "All mugs"))


def a_field() -> Page:
    field = Field.objects.create(slug="size", name="Size", type="select", options=["s", "m"], default="s")
    values = {
        "labels": {"hu": "Méret"}, "description": "One\nTwo", "options": ["s", "m", "l"], "default": "m",
        "searchable": True, "read_only": True, "personal": False, "position": 4, "active": False,
    }  # fmt: skip
    return Page(field, values, ("name", "Shoe size", "Shoe size"))


def an_event_type() -> Page:
    chosen = EventType.objects.create(action="visit", name="Visit")
    EventAttribute.objects.create(event_type=chosen, slug="shop", label="Shop")
    values = {
        "labels": {"hu": "Látogatás"}, "description": "One", "default_points": 5, "pending_days": 2, "one_time": True,
        "exposed": True, "only_known": True,
    }  # fmt: skip
    return Page(chosen, values, ("name", "A visit", "A visit"))


MODELS: dict[Callable[[], Page], type[Model]] = {
    a_user: User,
    preferences: User,
    general_settings: GeneralSettings,
    an_api_key: ApiKey,
    an_account: Account,
    an_earning_rule: EarningRule,
    a_bonus: Bonus,
    a_field: Field,
    an_event_type: EventType,
}
PAGES = list(MODELS)
# What the page of the model shows and nobody can change on a page of a row that is there.
FIXED = {
    "an_api_key": {"kind", "apis", "may_fix_points"},  # a client-side key's cannot be others
    "an_account": {"slug"},
    "an_earning_rule": {"account"},  # each has its own
    "a_bonus": {"account", "kind", "points"},  # one of both kinds is empty
    "a_field": {"slug", "type", "format", "external_id"},  # of strings only
    "an_event_type": {"action", "behavioural", "default_account"},
}


@pytest.fixture(autouse=True)
def lenient_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfold's own name variables that are not always there."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root-user", password="x"))
    return client


def url_of(page: Page) -> str:
    meta = page.row._meta
    return page.url or reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.row.pk])


def shown(client: Client, page: Page) -> Sent:
    return form_with(client.get(url_of(page)).content.decode(), "seen")


def stored(page: Page) -> dict[str, Any]:
    return type(page.row)._default_manager.filter(pk=page.row.pk).values().get()


def change(page: Page, **values: Any) -> None:
    """As somebody else does it meanwhile."""
    type(page.row)._default_manager.filter(pk=page.row.pk).update(**values)
    connection.check_constraints()


def editable_models() -> set[type[Model]]:
    """Of the rows that the configuration pages let anybody change, those below other rows included."""
    request = RequestFactory().get("/admin/")
    request.user = User(role=Role.ADMINISTRATOR, is_superuser=True, is_staff=True)
    pages = {model: page for model, page in admin.site._registry.items() if page.has_change_permission(request)}
    return {*pages, *(inline.model for page in pages.values() for inline in page.inlines)}


def forms_over_rows() -> Iterator[type[ModelForm[Any]]]:
    found = ModelForm.__subclasses__()
    for form in found:
        found.extend(form.__subclasses__())
        if not form.__module__.startswith(("django.", "unfold.", "import_export.")) and form is not StaleSafeForm:
            yield form


def test_every_configuration_page_and_every_form_over_a_row_is_in_this_test() -> None:
    rows = {*MODELS.values(), BurnRate, EarningRate, EventAttribute}
    assert editable_models() == rows
    forms: set[Any] = {*forms_over_rows(), PreferencesForm}
    for form in forms:
        assert issubclass(form, StaleSafeForm), form
        assert form._meta.model in rows, form


def test_every_such_row_saves_only_what_changed() -> None:
    assert [model for model in editable_models() if not issubclass(model, SavesOnlyChanges)] == []
    assert {model for model in apps.get_models() if issubclass(model, SavesOnlyChanges)} == editable_models()


@pytest.mark.parametrize("make", PAGES)
def test_all_that_a_page_shows_is_changed_here_by_somebody_else(root: Client, make: Any) -> None:
    page = make()
    names = {name for name in shown(root, page) if name in {field.name for field in page.row._meta.fields}}
    unchecked = {name for name in page.meanwhile if name not in names}

    assert names <= {*page.meanwhile, page.own[0], *FIXED.get(make.__name__, ())}
    # What is not sent is an unticked box, or nothing chosen; what a page does not show cannot be lost by it either.
    assert all(not stored(page)[name] for name in unchecked) or make is preferences


@pytest.mark.parametrize("make", PAGES)
def test_what_others_changed_meanwhile_stays_when_somebody_saves_the_form_of_before(root: Client, make: Any) -> None:
    page = make()
    sent = shown(root, page)
    change(page, **page.meanwhile)
    if make is preferences:  # whoever saves them has logged in again
        root.force_login(User.objects.get(username="root-user"))
    before = stored(page)
    name, value, as_sent = page.own
    own = {name: [as_sent]} if as_sent else {}
    sent.pop(name, None)

    answer = root.post(url_of(page), sent | own)

    assert answer.status_code == 302, answer.content.decode()
    assert stored(page) == before | {name: value}


@pytest.mark.parametrize("make", [make for make in PAGES if make is not preferences])
def test_a_field_that_two_people_changed_is_told_and_replaced_only_when_saved_again(root: Client, make: Any) -> None:
    page = make()
    name, value, as_sent = page.own
    sent = shown(root, page) | {name: [as_sent]}
    other = 3 if isinstance(value, int) else "Theirs"
    change(page, **{name: other})

    answer = root.post(url_of(page), sent)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "Somebody has changed this to “" in text
    assert stored(page)[name] == other
    again = form_with(text, "seen")
    assert again[name] == [as_sent], "what was typed is kept"
    assert root.post(url_of(page), again).status_code == 302
    assert stored(page)[name] == value


@pytest.mark.parametrize("make", PAGES)
def test_a_form_that_nobody_could_have_been_shown_changes_nothing(root: Client, make: Any) -> None:
    page = make()
    sent = shown(root, page) | {"seen": ["[1]"]}
    before = stored(page)

    answer = root.post(url_of(page), sent)

    assert "This form is out of date" in answer.content.decode()
    assert stored(page) == before


ROWS = [(an_account, "burn_rates", "points", 200), (an_earning_rule, "rates", "percentage", 2), (an_event_type, "attributes", "label", "Store")]  # fmt: skip


@pytest.mark.parametrize(("make", "prefix", "name", "value"), ROWS)
def test_a_row_below_a_form_is_as_safe(root: Client, make: Any, prefix: str, name: str, value: Any) -> None:
    page = make()
    sent = shown(root, page)
    [row] = getattr(page.row, prefix).all()
    type(row)._default_manager.filter(pk=row.pk).update(**{name: value})

    assert root.post(url_of(page), sent).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == value
    other = root.post(url_of(page), sent | {f"{prefix}-0-{name}": ["9"]})
    assert "Somebody has changed this to “" in other.content.decode()
    row.refresh_from_db()
    assert getattr(row, name) == value


@pytest.mark.parametrize(("make", "prefix", "name", "value"), ROWS)
def test_a_row_that_was_changed_meanwhile_is_not_deleted_unseen(
    root: Client, make: Any, prefix: str, name: str, value: Any
) -> None:
    page = make()
    sent = shown(root, page) | {f"{prefix}-0-DELETE": ["on"]}
    [row] = getattr(page.row, prefix).all()
    type(row)._default_manager.filter(pk=row.pk).update(**{name: value})

    assert "Somebody has changed a row meanwhile" in root.post(url_of(page), sent).content.decode()
    assert getattr(page.row, prefix).exists()


@pytest.mark.parametrize(("make", "prefix", "name", "value"), ROWS)
def test_a_row_that_was_deleted_meanwhile_is_told(root: Client, make: Any, prefix: str, name: str, value: Any) -> None:
    page = make()
    sent = shown(root, page)
    getattr(page.row, prefix).all().delete()

    assert "Somebody has deleted a row" in root.post(url_of(page), sent).content.decode()
    assert not getattr(page.row, prefix).exists()


# The dialogs of user groups, which are no forms over a row

GROUP, PEOPLE, KINDS = "/user-groups/spain/edit/", "/user-groups/spain/people/", "/user-groups/kinds/"
REFUSED: dict[str, tuple[Callable[[], None], Sent, str]] = {
    GROUP: (lambda: set_status("spain", "inactive"), {"name": ["Iberia"]}, "changed this group meanwhile"),
    KINDS: (switch_on, {"kinds": []}, "changed what groups decide of meanwhile"),
}


def opened(client: Client, url: str) -> Sent:
    return form_with(client.get(url).content.decode(), "seen")


@pytest.mark.parametrize("url", REFUSED)
def test_a_dialog_of_groups_takes_back_nothing_that_others_changed_since_it_was_opened(root: Client, url: str) -> None:
    meanwhile, own, words = REFUSED[url]
    make_groups(spain=None)
    sent = opened(root, url)
    meanwhile()
    before = read_groups(), switched_on()

    answer = root.post(url, sent | own)

    assert answer.status_code == 422
    assert f"Somebody else has {words}. Open it again" in answer.content.decode()
    assert (read_groups(), switched_on()) == before
    assert root.post(url, opened(root, url) | own).status_code == 302
    assert (read_groups(), switched_on()) != before


def test_who_was_taken_out_of_a_group_or_put_in_meanwhile_stays_so(root: Client) -> None:
    make_groups(spain=None)
    mallory, carol, _ = person("mallory", "manager", "spain"), person("carol"), person("bob")
    sent = opened(root, PEOPLE)
    leave(mallory, "spain")
    join(carol, "spain")

    assert root.post(PEOPLE, sent | {"people": ["mallory", "bob"]}).status_code == 302
    assert people_in("spain") == ["bob", "carol"]


@pytest.mark.parametrize("seen", ["", "{", "1", "[1]", '["\\u0000"]', "[" * 100_000])
def test_a_dialog_of_people_that_nobody_could_have_been_shown_changes_nothing(root: Client, seen: str) -> None:
    make_groups(spain=None)
    person("sue", "manager", "spain")

    answer = root.post(PEOPLE, {"people": [], "seen": seen})

    assert "This form is out of date" in answer.content.decode()
    assert people_in("spain") == ["sue"]
