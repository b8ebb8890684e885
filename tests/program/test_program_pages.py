"""The programme's pages in /admin/: its versions, export, schema, and applying a file after its difference was shown."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.program.document import schema_of, written
from loyalty.program.enums import Origin
from loyalty.program.models import GeneralSettings, ProgramRecord
from loyalty.program.queries import program_version, read_program, sections
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.engine.world import accepted, event, rows

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
ROOT = "/admin/staff/programrecord/"
FILE: dict[str, Any] = {"settings": {"currency": "HUF"}, "accounts": [{"id": "gold", "name": "<b>Gold</b>"}]}


@pytest.fixture
def admin(client: Client) -> User:
    user = User.objects.create_superuser("root", password="x")
    client.force_login(user)
    return user


def upload(client: Client, given: Any) -> str:
    content = given if isinstance(given, bytes) else json.dumps(given).encode()
    answer = client.post(f"{ROOT}apply/", {"file": SimpleUploadedFile("program.json", content)})
    assert answer.status_code == 200
    return answer.content.decode()


def confirmation(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(text|base)" value="([^"]*)"', page))
    return {
        name: value.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">") for name, value in found.items()
    }


def test_the_export_is_the_file(client: Client, admin: User) -> None:
    answer = client.get(f"{ROOT}export/")

    assert answer.content.decode() == written(read_program()[1], sections())
    assert answer["Content-Disposition"] == 'attachment; filename="program.json"'
    assert "no-store" in answer["Cache-Control"]


def test_the_schema_is_served(client: Client, admin: User) -> None:
    answer = client.get(f"{ROOT}schema/")

    assert json.loads(answer.content) == schema_of(sections())
    assert answer["Content-Type"].startswith("application/schema+json")


def test_a_file_is_applied_after_its_difference_was_shown(client: Client, admin: User) -> None:
    page = upload(client, FILE)
    assert "settings.currency" in page
    assert "&quot;EUR&quot;" in page
    assert "&lt;b&gt;Gold" in page
    assert "<b>Gold" not in page
    assert GeneralSettings.objects.get().currency == "EUR"

    answer = client.post(f"{ROOT}apply/", confirmation(page), follow=True)

    assert f"version {program_version()} now" in answer.content.decode()
    assert GeneralSettings.objects.get().currency == "HUF"
    kept = ProgramRecord.objects.get(version=program_version())
    assert (kept.staff, kept.origin) == (admin, Origin.FILE)


def test_a_programme_that_changed_meanwhile_is_compared_again(client: Client, admin: User) -> None:
    page = upload(client, FILE)
    rows("UPDATE staff_generalsettings SET currency = 'USD'")

    again = client.post(f"{ROOT}apply/", confirmation(page)).content.decode()

    assert "changed meanwhile" in again
    assert "&quot;USD&quot;" in again
    assert GeneralSettings.objects.get().currency == "USD"
    client.post(f"{ROOT}apply/", confirmation(again))
    assert GeneralSettings.objects.get().currency == "HUF"


def test_each_wrong_field_is_shown_with_its_path(client: Client, admin: User) -> None:
    page = upload(
        client,
        {
            "accounts": [
                {"id": "main"},
                {"id": "gold", "name": "", "expiry": {"rule": "rolling", "after": 0, "unit": "days"}},
            ]
        },
    )

    assert "<code>accounts[1].name</code>: must be a text of 1 to 100 characters" in page
    assert "<code>accounts[1].expiry.after</code>: must be a whole number from 1 to 1000" in page
    assert 'name="base"' not in page
    assert "is not JSON: line 1" in upload(client, b"{")
    assert "is larger than" in upload(client, b" " * 700_001)


def test_a_file_without_a_difference_cannot_be_applied(client: Client, admin: User) -> None:
    page = upload(client, {"settings": {"currency": "EUR"}})

    assert "The file changes nothing" in page
    assert 'name="base"' not in page


def test_a_form_that_was_tampered_with_is_refused(client: Client, admin: User) -> None:
    version = program_version()

    page = client.post(f"{ROOT}apply/", {"text": '{"settings": {"currency": 1}}', "base": version}).content.decode()
    assert "must be an ISO 4217 code" in page
    assert client.post(f"{ROOT}apply/", {"text": "{}", "base": "x"}).status_code == 200
    assert program_version() == version


ADDRESSES = ["", "export/", "schema/", "apply/", "1/change/", "1/export-version/"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.READ_ONLY])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_administrators_come_in(client: Client, role: Role, address: str, method: str) -> None:
    client.force_login(User.objects.create_user("someone", password="x", role=role))

    answer = getattr(client, method)(f"{ROOT}{address}", {"text": json.dumps(FILE), "base": program_version()})

    assert answer.status_code == 403
    assert GeneralSettings.objects.get().currency == "EUR"


# The versions


def test_what_the_configuration_pages_change_is_kept_with_who_changed_it(client: Client, admin: User) -> None:
    fields = {
        "brand_name": "Kék",
        "currency": "EUR",
        "auto_subscribe": "off",
        "modules": [],
        "accept_after_days": "",
        "import_file_days": "30",
        "import_record_days": "365",
    }

    answer = client.post("/admin/staff/generalsettings/1/change/", fields)

    assert answer.status_code == 302
    kept = ProgramRecord.objects.get(version=program_version())
    assert (kept.origin, kept.staff, kept.document["settings"]["brand_name"]) == (Origin.ADMIN, admin, "Kék")


def test_saving_a_configuration_page_unchanged_is_no_version(client: Client, admin: User) -> None:
    accepted(event("ann", "opt_in"))
    version = program_version()
    settings = GeneralSettings.objects.get()
    fields = {"brand_name": settings.brand_name, "currency": "EUR", "auto_subscribe": settings.auto_subscribe,
              "modules": settings.modules, "accept_after_days": "",
              "import_file_days": settings.import_file_days, "import_record_days": settings.import_record_days}  # fmt: skip

    assert client.post("/admin/staff/generalsettings/1/change/", fields).status_code == 302
    assert (program_version(), ProgramRecord.objects.count()) == (version, 1)


def test_deleting_an_event_type_is_a_version_with_who_deleted_it(client: Client, admin: User) -> None:
    rows("INSERT INTO events_eventtype (action, name, labels, description, default_points, one_time,"
         " exposed, factory) VALUES ('visit', 'Visit', '{}', '', 0, false, true, false)")  # fmt: skip
    accepted(event("ann", "opt_in"))

    assert client.post("/admin/events/eventtype/visit/delete/", {"post": "yes"}).status_code == 302

    kept = ProgramRecord.objects.get(version=program_version())
    assert (kept.origin, kept.staff) == (Origin.ADMIN, admin)
    assert "visit" not in [item["action"] for item in kept.document["event_types"]]


def test_a_version_shows_what_it_changed_and_can_be_exported(client: Client, admin: User) -> None:
    before = program_version()
    client.post(f"{ROOT}apply/", confirmation(upload(client, FILE)))

    page = client.get(f"{ROOT}{program_version()}/change/").content.decode()
    first = client.get(f"{ROOT}{before}/change/").content.decode()
    old = json.loads(client.get(f"{ROOT}{before}/export-version/").content)

    assert "settings.currency" in page
    assert "The first version that was kept" in first
    assert old["settings"]["currency"] == "EUR"


def test_versions_can_neither_be_added_nor_changed_nor_deleted(client: Client, admin: User) -> None:
    accepted(event("ann", "opt_in"))
    version = program_version()

    assert client.get(f"{ROOT}add/").status_code == 403
    assert client.post(f"{ROOT}{version}/change/", {"version": 1}).status_code == 403
    assert client.post(f"{ROOT}{version}/delete/", {"post": "yes"}).status_code == 403
    assert [record.version for record in ProgramRecord.objects.all()] == [version]


def test_the_list_takes_as_many_queries_for_three_versions_as_for_one(client: Client, admin: User) -> None:
    numbers = []
    for size in (1, 3):
        while ProgramRecord.objects.count() < size:
            client.post(
                f"{ROOT}apply/",
                confirmation(upload(client, {"settings": {"brand_name": f"b{ProgramRecord.objects.count()}"}})),
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ROOT).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
