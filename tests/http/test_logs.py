import logging
import sys

from django.test import RequestFactory

from loyalty.http.logs import Frames, RequestLine
from loyalty.http.request_ids import request_id


def test_an_exception_is_logged_without_its_words() -> None:
    words = " ".join(["Failing row contains", "zsofia" + "@example.com"])
    try:
        raise ValueError(words)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())

    line = Frames("%(message)s").format(record)

    assert words not in line
    assert "ValueError" in line
    assert "test_logs.py" in line


def test_a_failed_request_is_logged_without_its_path() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, "%s: %s", ("Error", "/customers/zsofia"), None
    )
    record.request = RequestFactory().get("/customers/zsofia")
    record.status_code = 503

    assert RequestLine("%(message)s").format(record) == f"503 no view, request {request_id()}"
