"""Whoever saves a form while somebody else changes the same row takes nothing back: each form and configuration page,
raced against a change, with the usual way of saving as the control, which loses."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.db import connection, models, transaction
from django.template import Engine
from django.test import Client
from django.utils import timezone
from psycopg import sql

from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import revoke
from loyalty.database.saving import SavesOnlyChanges
from loyalty.forms.stale import StaleSafeForm
from loyalty.people.groups.program import read_groups
from loyalty.people.groups.queries import people_in, switched_on
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key
from tests.engine.test_write_once import connect
from tests.engine.world import rows
from tests.groups.groups import join, leave, make_groups, person, set_status, switch_on
from tests.page_forms import Sent
from tests.staff.test_stale_pages import GROUP, KINDS, MODELS, PEOPLE, Page, opened, preferences, shown, stored, url_of

pytestmark = [pytest.mark.prove, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("committed_db")]
ROUNDS, KEYS, SESSIONS = 10, 40, 3
WAYS = ["ours", "control"]


@pytest.fixture(autouse=True)
def lenient_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root-user", password="x")


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def save_the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form puts all its fields into the row, and the row is written as a whole."""
    monkeypatch.setattr(SavesOnlyChanges, "save", models.Model.save)
    monkeypatch.setattr(StaleSafeForm, "clean", forms.ModelForm.clean)


def at_once(*deeds: Callable[[], object]) -> None:
    """Each in a thread and on a connection of its own."""
    barrier = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        try:
            barrier.wait()
            deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def own_change(page: Page, sent: Sent) -> Sent:
    name, _, as_sent = page.own
    return {other: value for other, value in sent.items() if other != name} | ({name: [as_sent]} if as_sent else {})


@transaction.atomic
def update(page: Page, values: dict[str, Any]) -> None:
    """As the pages do it: one change of the programme after the other."""
    rows("SELECT version FROM staff_programversion WHERE id = 1 FOR NO KEY UPDATE")
    type(page.row)._default_manager.filter(pk=page.row.pk).update(**values)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", MODELS)
def test_a_form_that_is_saved_takes_nothing_back(
    root: User, make: Callable[[], Page], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make()
    meanwhile = {name: value for name, value in page.meanwhile.items() if name != "password"}
    if make is preferences:  # the one who saves them: not so that the session ends
        meanwhile["first_name"] = "Changed"
    first = {name: stored(page)[name] for name in (*meanwhile, page.own[0])}
    if way == "control":
        save_the_usual_way(monkeypatch)

    lost = missed = 0
    for _ in range(ROUNDS):
        update(page, first)
        client = browser(root)
        sent = own_change(page, shown(client, page))
        at_once(lambda: client.post(url_of(page), sent), lambda: update(page, meanwhile))  # noqa: B023
        found = stored(page)
        expected = stored_as(page, meanwhile)
        lost += found | expected != found
        missed += found[page.own[0]] != stored_as(page, {page.own[0]: page.own[1]})[page.own[0]]

    print(f"{make.__name__}, {way}: {lost} of {ROUNDS} changes of others taken back, {missed} of one's own not saved")
    assert (lost > 0) if way == "control" else (lost, missed) == (0, 0)


def stored_as(page: Page, values: dict[str, Any]) -> dict[str, Any]:
    """The values as they read when they are stored."""
    before = {name: stored(page)[name] for name in values}
    update(page, values)
    found = {name: stored(page)[name] for name in values}
    update(page, before)
    return found


DEEDS: dict[str, dict[str, Any]] = {
    "switched off": {"is_active": False},
    "demoted": {"role": Role.READ_ONLY, "is_staff": False, "is_superuser": False},
    "password reset": {"password": "reset by somebody"},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DEEDS)
def test_nobody_keeps_access_by_saving_preferences_in_a_loop(
    name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "control":
        save_the_usual_way(monkeypatch)
    kept = back = 0
    for number in range(ROUNDS):
        user = User.objects.create_superuser(f"user{number}", password="x")
        sessions = [browser(user) for _ in range(SESSIONS)]

        def loop(client: Client) -> None:
            for turn in range(8):
                client.post("/preferences/", {"shortcuts": "on"} if turn % 2 else {})

        deed = lambda: User.objects.filter(pk=user.pk).update(**DEEDS[name])  # noqa: B023, E731
        at_once(*[lambda client=client: loop(client) for client in sessions], deed)
        found: dict[str, Any] = dict(User.objects.values().get(pk=user.pk))
        back += any(found[field] != value for field, value in DEEDS[name].items())
        kept += any(client.get("/customers/").status_code == 200 for client in sessions)

    print(f"{name}, {way}: taken back for {back} of {ROUNDS}, a session lives on for {kept} of {ROUNDS}")
    assert (back > 0) if way == "control" else (back, kept) == (0, 0)


@pytest.mark.parametrize("way", [*WAYS, "the usual way, kept back by the database alone"])
def test_no_revoked_key_lives_again_by_a_form_that_is_saved(
    root: User, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way != "ours":
        save_the_usual_way(monkeypatch)
        monkeypatch.setattr(
            "loyalty.forms.stale_admin.StaleSafeAdmin.rows_to_lock", lambda page, row: User.objects.none()
        )
    if way == "control":
        with connect("owner") as raw:
            raw.execute(sql.SQL("ALTER TABLE staff_apikey DISABLE TRIGGER keep_revoked"))
    alive = 0
    for number in range(KEYS):
        key = development_key(f"key-{number}")
        page = Page(key, {}, ("name", "Till", f"Till {number}"))
        client = browser(root)
        sent = own_change(page, shown(client, page))
        at_once(lambda: client.post(url_of(page), sent), lambda: revoke(key, by=Sender(root, timezone.now())).result())  # noqa: B023
        alive += ApiKey.objects.get(pk=key.pk).active

    print(f"{way}: {alive} of {KEYS} keys live again, {timezone.now():%H:%M}")
    assert (alive > 0) == (way == "control")


def test_no_dialog_of_groups_gives_back_what_is_taken_away_while_it_is_sent(root: User) -> None:
    make_groups(spain=None)
    mallory = person("mallory")
    person("bob")
    client = browser(root)
    back: list[str] = []
    for _ in range(ROUNDS):
        leave(mallory, "spain")
        join(mallory, "spain")
        set_status("spain", "active")
        sent = {url: opened(client, url) for url in (PEOPLE, GROUP)}
        at_once(
            lambda: client.post(PEOPLE, sent[PEOPLE] | {"people": ["mallory", "bob"]}),  # noqa: B023
            lambda: leave(mallory, "spain"),
        )
        at_once(
            lambda: client.post(GROUP, sent[GROUP] | {"name": ["Iberia"]}),  # noqa: B023
            lambda: set_status("spain", "inactive"),
        )
        back += [name for name in people_in("spain") if name == "mallory"]
        back += [item["status"] for item in read_groups() if item["status"] != "inactive"]

    assert (back, people_in("spain")) == ([], ["bob"])


def test_no_kind_is_switched_off_by_a_dialog_that_is_sent_while_it_is_switched_on(root: User) -> None:
    client = browser(root)
    off = 0
    for _ in range(ROUNDS):
        client.post(KINDS, opened(client, KINDS) | {"kinds": []})
        sent = opened(client, KINDS)
        at_once(lambda: client.post(KINDS, sent | {"kinds": []}), switch_on)  # noqa: B023
        off += switched_on() != ["customers"]

    assert off == 0
