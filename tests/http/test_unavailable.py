"""While the database is away, pages and addresses outside of any view say so, and when to ask again."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from loyalty.api.handlers import failed


def answer_to(error: Exception, accept: str) -> HttpResponse:
    try:
        raise error
    except Exception:
        return failed(RequestFactory().get("/", headers={"Accept": accept}))


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_page_of_a_database_that_is_away_is_a_503(error: Exception) -> None:
    answer = answer_to(error, "text/html")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Try again in a few seconds" in answer.content.decode()


def test_whoever_does_not_ask_for_a_page_gets_the_envelope() -> None:
    answer = answer_to(OperationalError("gone"), "*/*")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert json.loads(answer.content)["error"]["type"] == "ServiceUnavailableException"


def test_control_any_other_failure_stays_a_500() -> None:
    answer = answer_to(ValueError("ours"), "text/html")

    assert (answer.status_code, "Retry-After" in answer) == (500, False)
