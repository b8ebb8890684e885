"""An operation of the API runs without what only pages need, and is guarded all the same."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.api_keys import development_key

pytestmark = pytest.mark.django_db


def test_an_answer_guards_itself_and_sets_no_cookie() -> None:
    development_key()
    answer = Client().get("/customers/nobody?api_key=till-key")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_operation_asks_for_no_session() -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/customers/nobody").status_code == 401
    assert not hasattr(client.get("/customers/nobody").wsgi_request, "session")


def test_another_host_is_refused_as_everywhere(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert Client().get("/customers/nobody", headers={"Host": "elsewhere.example"}).status_code == 400


def test_the_language_of_a_page_before_is_not_the_answers() -> None:
    translation.activate("de")
    try:
        Client().get("/customers/nobody")
        assert translation.get_language() == "de"
    finally:
        translation.activate("en")


def test_an_address_that_is_no_operation_goes_the_way_of_pages() -> None:
    assert "default-src 'self'" in Client().get("/login/").headers["Content-Security-Policy"]
