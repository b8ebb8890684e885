"""Roles in the back office: the list, the form, who has it, and its removal."""

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.people.operations import FixedRole, RoleChanged, delete_role, save_role
from loyalty.people.queries import role_item
from loyalty.program.models import ProgramRecord
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.rights import grantable_rights, known_rights
from loyalty.staff.sender import Sender

pytestmark = pytest.mark.django_db
CASHIER = {"id": "cashier", "name": "Cashier", "points_per_day": "50", "rights_customers_view": ["customers.view"]}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada", first_name="Ada")


@pytest.fixture
def office(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def group_of(page: str, code: str) -> str:
    """The name under which the form sends the right."""
    [name] = re.findall(rf'name="(rights_[a-z_]+)" value="{re.escape(code)}"', page)
    return str(name)


def sent(page: str, **more: Any) -> dict[str, Any]:
    """The form of a role as it is shown."""
    found: dict[str, Any] = {}
    for box in re.findall(r"<input[^>]*>", page):
        named = dict(re.findall(r'([\w-]+)="([^"]*)"', box))
        if named.get("type") == "checkbox" and "checked" in box:
            found.setdefault(named["name"], []).append(named["value"])
        elif named.get("type") in {"text", "hidden"} and "name" in named and "value" in named:
            found[named["name"]] = named["value"]
    return found | more


def test_the_list_says_what_each_may_do_and_how_many_have_it(office: Client) -> None:
    User.objects.create_user("sue", role=Role.SERVICE_AGENT)
    User.objects.create_user("left", role=Role.SERVICE_AGENT, is_active=False)
    page = office.get("/roles/").content.decode()

    assert re.findall(r'href="/roles/([a-z_]+)/">([^<]+)<', page) == [
        ("analyst", "Analyst"), ("integrator", "Integrator"), ("manager", "Manager"), ("read_only", "Read-only"),
        ("service_agent", "Service agent"),
    ]  # fmt: skip
    assert "Everything; this role cannot be changed" in page
    held = len(StaffRole.objects.get(slug=Role.SERVICE_AGENT).rights)
    things = f"{held} of {len(grantable_rights())} things"
    assert re.search(rf'Service agent</a></td>\s*<td>{things}</td>\s*<td class="num">1</td>', page)


def test_the_form_speaks_of_deeds_by_room_and_knows_no_reserved_right(office: Client) -> None:
    page = office.get("/roles/service_agent/").content.decode()

    for words in ("Suspend or unsuspend customers", "Add, deduct or spend points", "Events and orders", "Imports"):
        assert words in page
    shown = set(re.findall(r">([^<>]+)<", page))
    assert not [code for code in known_rights() if any(code in text for text in shown)]
    assert "nvite, change or deactivate people" not in page
    assert 'value="program.apply"' not in page


def test_a_role_is_made(office: Client, ada: User) -> None:
    answer = office.post("/roles/new/", CASHIER)

    assert answer.status_code == 302
    role = StaffRole.objects.get(slug="cashier")
    assert (role.rights, role.points_per_day, role.points_per_action) == (["customers.view"], 50, None)
    entry = AuditEntry.objects.get(operation__startswith="role.")
    assert (entry.operation, entry.subject, entry.staff) == ("role.save", "role:cashier", ada)
    record = ProgramRecord.objects.latest("version")
    assert record.staff == ada
    assert [item["name"] for item in record.document["roles"] if item["id"] == "cashier"] == ["Cashier"]


def test_a_change_is_felt_at_the_next_request_of_every_session(office: Client) -> None:
    tom = User.objects.create_user("tom", role=Role.SERVICE_AGENT)
    session = Client()
    session.force_login(tom)
    assert session.get("/imports/").status_code == 403

    page = office.get("/roles/service_agent/").content.decode()
    form = sent(page, **{group_of(page, "imports.view"): ["imports.view"]})
    assert office.post("/roles/service_agent/", form).status_code == 302

    assert session.get("/imports/").status_code == 200, "the same session"
    StaffRole.objects.filter(slug=Role.SERVICE_AGENT).update(rights=[])
    assert session.get("/imports/").status_code == 403


def test_saving_what_is_shown_changes_nothing(office: Client) -> None:
    before = role_item("service_agent")
    page = office.get("/roles/service_agent/").content.decode()

    assert office.post("/roles/service_agent/", sent(page)).status_code == 302
    assert role_item("service_agent") == before
    assert not AuditEntry.objects.filter(operation__startswith="role.").exists()


def test_nobodys_change_is_taken_back(office: Client) -> None:
    page = office.get("/roles/service_agent/").content.decode()
    StaffRole.objects.filter(slug=Role.SERVICE_AGENT).update(rights=[])
    answer = office.post("/roles/service_agent/", sent(page))

    assert answer.status_code == 422
    assert "Somebody else has changed this role meanwhile" in answer.content.decode()
    assert StaffRole.objects.get(slug=Role.SERVICE_AGENT).rights == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "manager"}, "It is the name of another role."),
        ({"name": "Administrator"}, "It is the name of another role."),
        ({"id": "manager"}, "Another role has this ID."),
        ({"id": "administrator"}, "Another role has this ID."),
        ({"id": "Über"}, "Lower-case letters"),
        ({"rights_customers_view": ["staff.manage"]}, "Select a valid choice"),
        (
            {"rights_customers_view": ["notes.delete"]},
            "they must also write notes, and change or delete their own: tick that, too.",
        ),
        ({"points_per_day": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(office: Client, change: dict[str, Any], error: str) -> None:
    answer = office.post("/roles/new/", CASHIER | change)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert not StaffRole.objects.filter(slug="cashier").exists()


def test_the_administrators_role_has_no_form_and_no_other_way(office: Client, ada: User) -> None:
    by = Sender(ada, timezone.now())

    assert office.get("/roles/administrator/").status_code == 404
    with pytest.raises(FixedRole):
        delete_role(slug="administrator", by=by)
    with pytest.raises(RoleChanged):
        save_role(item={"id": "manager", "name": "Boss"}, shown=None, by=by)


@pytest.mark.parametrize("statement", ["UPDATE staff_staffrole SET name = 'x'", "DELETE FROM staff_staffrole"])
def test_the_database_keeps_the_administrators_role(statement: str) -> None:
    with pytest.raises(DatabaseError, match="administrator is refused"), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE slug = 'administrator'")


def test_a_role_that_somebody_has_is_not_deleted(office: Client) -> None:
    User.objects.create_user("sue", role=Role.ANALYST)
    answer = office.post("/roles/analyst/delete/")
    assert answer.status_code == 422
    assert "Somebody has this role" in answer.content.decode()

    User.objects.update(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
    assert office.post("/roles/analyst/delete/").status_code == 302
    assert not StaffRole.objects.filter(slug="analyst").exists()
    assert AuditEntry.objects.get(operation__startswith="role.").operation == "role.delete"


def test_the_page_says_who_has_it(office: Client) -> None:
    User.objects.create_user("sue", role=Role.ANALYST, first_name="Sue", last_name="Ray", is_active=False)
    page = office.get("/roles/analyst/").content.decode()

    assert "Sue Ray" in page
    assert "Switched off" in page


@pytest.mark.parametrize("path", ["/roles/", "/roles/analyst/"])
def test_a_page_costs_the_same_however_many_there_are(office: Client, path: str) -> None:
    counts = []
    for number in (1, 3):
        for one in range(number):
            StaffRole.objects.create(slug=f"r{number}_{one}", name=f"R {number} {one}")
            User.objects.create_user(f"u{number}_{one}", role=Role.ANALYST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert office.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_right_of_a_request_costs_no_query_of_its_own(office: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        office.get("/roles/")

    assert (
        len([query for query in queries if 'FROM "staff_user"' in query["sql"] and "sessions_ended" in query["sql"]])
        == 1
    )
    assert len([query for query in queries if query["sql"].lstrip().startswith('SELECT "staff_staffrole"')]) == 1, (
        "the list"
    )


@pytest.mark.ignore_template_errors
def test_the_form_of_a_user_offers_the_roles_there_are(office: Client, ada: User) -> None:
    StaffRole.objects.create(slug="cashier", name="Cashier")
    for path in (f"/admin/staff/user/{ada.pk}/change/", "/admin/staff/user/add/"):
        page = office.get(path).content.decode()
        assert '<option value="cashier"' in page, path
    assert "Cashier" in office.get("/admin/staff/user/").content.decode()
