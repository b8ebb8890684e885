"""The pages for developers: for everybody, without data, in step with the description; their samples are tried."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from loyalty.api.docs.describe import Example
from loyalty.api.docs.guide import guide_of
from loyalty.api.docs.reference import curl, field_of, pages
from loyalty.api.docs.shapes import TEXT, WHOLE, list_of, nullable, shape
from loyalty.staff.enums import Role
from loyalty.staff.models import User

pytestmark = pytest.mark.django_db
PAGES = [
    "/developers/",
    "/developers/actions/",
    "/developers/reference/",
    *(f"/developers/reference/{id}/" for id in pages()),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_may_read_it(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


def test_staff_read_it_in_their_own_frame(client: Client) -> None:
    client.force_login(User.objects.create_user("reader", password="x", role=Role.READ_ONLY))

    text = client.get("/developers/reference/post-events/").content.decode()

    assert 'aria-label="Main"' in text
    assert "Sign out" in text


def test_an_unknown_operation_is_not_found(client: Client) -> None:
    assert client.get("/developers/reference/dance/").status_code == 404


def test_the_reference_lists_every_operation_with_its_path(client: Client) -> None:
    text = client.get("/developers/reference/").content.decode()

    for page in pages().values():
        assert f'id="{page.id}"' in text
        assert page.path in text


def test_an_operation_tells_parameters_attributes_refusals_and_examples(client: Client) -> None:
    text = client.get("/developers/reference/post-customers-customer_id-merge/").content.decode()

    for told in ("customer_id", "Idempotency-Key", "target", "required", "120030", "Ben is Ann", "<dt>429</dt>"):
        assert told in text


def test_a_schema_becomes_fields_within_fields() -> None:
    schema = shape("", {"names": list_of(shape("", {"first": nullable(TEXT), "age": WHOLE}, optional=["age"]))})

    found = field_of("", schema, is_answer=True)

    names = found.fields[0]
    assert (names.name, names.type, names.is_optional) == ("names", "list of object", False)
    assert [(one.name, one.type, one.is_optional) for one in names.fields] == [
        ("first", "text or null", False),
        ("age", "whole number", True),
    ]


def test_a_sample_of_the_shell_keeps_apostrophes() -> None:
    text = curl("POST", "/events", Example("", {"name": "O'Hara"}, {}))

    assert json.loads(shlex.split(text)[-1]) == {"name": "O'Hara"}


def test_a_guide_shows_html_and_obeys_none(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").write_text("# Guide\n\n## A <b>part</b>\n\n```bash\necho '<script>'\n```\n")

    found = guide_of("guide")

    assert "<script>" not in found.html
    assert "<b>" not in found.html
    assert "&lt;script&gt;" in found.html
    assert [anchor for anchor, _ in found.sections] == ["a-bpartb"]
