"""A key makes as many requests in a minute as it may, and not one more."""

import logging
import socket
import time
from typing import Any

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as NoConnection

from loyalty.api.access import limits
from loyalty.api.keys.models import ApiKey
from tests.api.access.limiting import all_at_once, start_window
from tests.api_keys import development_key

LIMIT, ROUNDS = 16, 10


@pytest.fixture
def key(db: None) -> ApiKey:
    made = development_key(requests_per_minute=3)
    start_window(made)
    return made


def get(path: str = "/customers/-/count?api_key=till-key", **headers: str) -> Any:
    return Client().get(path, headers=headers)


def told(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer["RateLimit-Limit"], answer["RateLimit-Remaining"]


def test_each_answer_says_what_is_left_and_the_one_too_many_when_to_come_back(key: ApiKey) -> None:
    assert [told(get()) for _ in range(3)] == [(200, "3", "2"), (200, "3", "1"), (200, "3", "0")]
    refused = get()
    assert told(refused) == (429, "3", "0")
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    assert 55 <= int(refused["Retry-After"]) <= 60
    assert refused.json() == {
        "error": {
            "type": "TooManyRequestsException",
            "code": 0,
            "message": "The key has used its 3 requests of this minute",
        }
    }


def test_refused_and_failing_requests_count_and_say_so_too(key: ApiKey) -> None:
    assert told(get("/customers/nobody?api_key=till-key")) == (404, "3", "2")
    assert told(Client().post("/events?api_key=till-key", b"{", content_type="application/json")) == (400, "3", "1")
    assert told(Client().delete("/events?api_key=till-key")) == (405, "3", "0")
    assert get().status_code == 429


def test_a_window_ends_a_minute_after_its_first_request(key: ApiKey) -> None:
    for _ in range(4):
        answer = get()
    name, client = limits.counter_name(key), limits.counter().script.registered_client
    assert answer.status_code == 429
    assert 55_000 < client.pttl(name) <= 60_000
    client.pexpire(name, 1)
    time.sleep(0.01)
    assert told(get()) == (200, "3", "2")


def test_forwarding_headers_change_nothing(key: ApiKey) -> None:
    answers = [get(**{"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": "::1"}) for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


def test_each_key_has_its_own_minute(key: ApiKey) -> None:
    other = development_key("web-key", requests_per_minute=1)
    start_window(other)
    for _ in range(4):
        get()
    assert told(get("/customers/-/count?api_key=web-key")) == (200, "1", "0")


def test_who_is_not_let_in_is_not_counted(key: ApiKey) -> None:
    for _ in range(5):
        answer = get("/customers/-/count?api_key=wrong")
    assert (answer.status_code, "RateLimit-Limit" in answer) == (401, False)
    assert told(get()) == (200, "3", "2")


def test_a_key_without_a_limit_hears_of_none(key: ApiKey) -> None:
    ApiKey.objects.update(requests_per_minute=None)
    answers = [get() for _ in range(5)]
    assert {(answer.status_code, "RateLimit-Limit" in answer) for answer in answers} == {(200, False)}


# Without Valkey


@pytest.fixture
def silent(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """No Valkey, and how often it was asked."""
    asked: list[int] = []

    class Nobody:
        def __call__(self, **kwargs: object) -> None:
            asked.append(1)
            raise NoConnection

    found = limits._Counter()
    monkeypatch.setattr(found, "script", Nobody())
    monkeypatch.setattr(limits, "counter", lambda: found)
    return asked


def test_without_valkey_requests_pass_and_one_line_a_minute_says_so(
    silent: list[int], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caplog.at_level(logging.WARNING):
        assert {get().status_code for _ in range(9)} == {200}
        assert len(silent) == 1
        clock = time.monotonic()
        for seconds in (limits.REST + 1, 2 * limits.REST + 2, limits.TOLD_EVERY + 1):
            monkeypatch.setattr(time, "monotonic", lambda later=clock + seconds: later)
            limits.count(ApiKey(pk=1, requests_per_minute=1))
    assert len(silent) == 4
    assert [line for line in caplog.messages if "Valkey" in line] == [
        "Valkey does not answer (ConnectionError): requests are not limited"
    ] * 2


def test_a_valkey_that_hangs_costs_a_quarter_of_a_second(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.CACHES = {"default": {"LOCATION": f"redis://127.0.0.1:{nobody.getsockname()[1]}"}}
        found = limits._Counter()
        started = time.monotonic()
        assert [found.count("x") for _ in range(100)] == [None] * 100
    assert limits.TIMEOUT <= time.monotonic() - started < 4 * limits.TIMEOUT


# At once


def passes(key: ApiKey) -> int:
    """How many of 4 × LIMIT requests at once pass."""
    start_window(key)

    def send(_: int) -> int:
        window = limits.count(key)
        assert window
        return 429 if window.refusal() else 200

    return all_at_once(4 * LIMIT, send)[200]


def test_of_four_times_as_many_at_once_exactly_so_many_pass() -> None:
    key = ApiKey(pk=987_654, requests_per_minute=LIMIT)
    assert [passes(key) for _ in range(ROUNDS)] == [LIMIT] * ROUNDS


def test_control_a_count_that_is_read_and_then_written_lets_more_through(monkeypatch: pytest.MonkeyPatch) -> None:
    key, client = ApiKey(pk=987_653, requests_per_minute=LIMIT), limits.counter().script.registered_client

    def read_then_write(self: object, name: str) -> tuple[int, int]:
        used = int(client.get(name) or 0)
        client.set(name, used + 1, ex=60)
        return used + 1, 60_000

    monkeypatch.setattr(limits._Counter, "count", read_then_write)
    assert sum(passes(key) for _ in range(ROUNDS)) > LIMIT * ROUNDS
