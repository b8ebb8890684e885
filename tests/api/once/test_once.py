"""The same write again: one effect, and the answer that the first one got."""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from events.models import Event
from loyalty.api.access.signing import sign
from loyalty.api.keys.models import ApiKey
from loyalty.api.once import answers as once
from loyalty.api.once import claims
from loyalty.api.once.models import SavedAnswer
from loyalty.api.once.tasks import purge_answers
from loyalty.api.problems import bad_request
from loyalty.engine.record import record
from loyalty.engine.storage import outer
from loyalty.engine.storage.wire import Statement
from loyalty.intake import api as intake
from tests.api.once.writes import HOST, add, plain, points, post, signed, told
from tests.api_keys import development_key, signer
from tests.engine.races.racing import BALANCES, CLIENTS, blocked, waiting
from tests.engine.races.test_broken_connections import break_connection
from tests.engine.world import accepted, event, rows

# The same again


@pytest.mark.parametrize(
    "send",
    [
        lambda body, at: post(body, signed(body, at=at, key="K-1")),
        lambda body, at: plain(body, "K-1"),
        lambda body, at: post(body, signed(body, at=at, **{"Idempotency-Key": "K-1"})),
    ],
    ids=["signed key", "plain key", "unsigned key"],
)
def test_the_same_write_again_has_no_effect_and_the_same_answer(ann: None, send: Callable[..., Any]) -> None:
    at = timezone.now()
    first = send(add(), at)
    again = send(add(), at)
    assert (first.status_code, first.get(once.REPLAYED)) == (200, None)
    assert told(again) == (200, first.content, "true")
    assert again["Content-Type"] == "application/json"
    assert first["X-Request-Id"] != again["X-Request-Id"]
    assert points() == [5]


def test_a_retry_that_is_signed_again_is_known_by_its_key(ann: None) -> None:
    first, second = (
        post(add(), signed(add(), at=timezone.now() - dt.timedelta(seconds=age), **{"Idempotency-Key": "K"}))
        for age in (60, 0)
    )
    assert told(second) == (200, first.content, "true")
    assert points() == [5]


@pytest.mark.parametrize(
    ("body", "path"), [(add(6), "/events"), (add(), "/events/bulk"), (add(), "/customers/ann")], ids=str
)
def test_the_same_key_for_another_request_is_a_conflict(ann: None, body: bytes, path: str) -> None:
    plain(add(), "K")
    answer = plain(body, "K", path)
    assert (answer.status_code, answer.json()["error"]["type"]) == (409, "ConflictException")
    assert points() == [5]


def test_the_same_key_of_another_api_key_is_another_one(ann: None) -> None:
    development_key("web-key")
    plain(add(), "K")
    assert (
        Client()
        .post("/events?api_key=web-key", add(6), content_type="application/json", headers={"Idempotency-Key": "K"})
        .get(once.REPLAYED)
        is None
    )
    assert points() == [5, 6]


def test_a_plain_write_without_a_key_runs_each_time(ann: None) -> None:
    assert [plain(add(), None).get(once.REPLAYED) for _ in range(2)] == [None, None]
    assert points() == [5, 5]
    assert SavedAnswer.objects.count() == 0


def test_a_read_runs_each_time_and_saves_nothing(key: ApiKey, ann: None) -> None:
    headers = sign(signer(key), "GET", "/customers/ann", host=HOST, at=timezone.now())
    answers = [Client().get("/customers/ann", headers=headers | {"Idempotency-Key": "K"}) for _ in range(2)]
    assert [told(answer)[::2] for answer in answers] == [(200, None)] * 2
    assert SavedAnswer.objects.count() == 0


@pytest.mark.parametrize("name", ["", "k" * 256, "schlüssel", "a b"], ids=["empty", "long", "not ASCII", "a blank"])
def test_a_key_is_1_to_255_visible_characters(ann: None, name: str) -> None:
    answer = plain(add(), name)
    assert (answer.status_code, "1 to 255 visible" in answer.json()["error"]["message"]) == (400, True)
    assert points() == []


def test_the_longest_key_is_one(ann: None) -> None:
    assert plain(add(), "~" * 255).status_code == plain(add(), "!").status_code == 200


# What is saved


def test_a_refused_event_is_refused_again_in_the_same_words(ann: None) -> None:
    body = json.dumps({"customer": "ann", "action": "point_spend", "data": {"points": 9}}).encode()
    first = plain(body, "K")
    accepted(event("ann", "point_add", points=100))
    assert (first.status_code, first.json()["error"]["code"]) == (400, 120241)
    assert told(plain(body, "K")) == (400, first.content, "true")


def test_a_body_that_cannot_be_read_names_no_write(ann: None) -> None:
    assert [told(plain(b"{", "K"))[::2] for _ in range(2)] == [(400, None)] * 2
    assert plain(add(), "K").status_code == 200


def test_in_bulk_the_answers_of_all_events_come_again(ann: None) -> None:
    body = json.dumps({"events": [json.loads(add()), json.loads(add(0)), json.loads(add(7))]}).encode()
    first = plain(body, "K", "/events/bulk")
    assert (first.json()["total"], first.json()["errors"]) == (3, 1)
    assert told(plain(body, "K", "/events/bulk")) == (200, first.content, "true")
    assert points() == [5, 7]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/customers/ann", {"first_name": "Ann"}),
        ("/customers/ann/suspend", {"reason": "fraud"}),
        ("/customers/-/login", {"customer": "ann"}),
        ("/customers/ann/merge", {"target": "bob"}),
        ("/customers/ann/opt-out", {}),
    ],
)
def test_the_other_writes_run_once_too(ann: None, path: str, body: Any) -> None:
    accepted(event("bob", "opt_in"))
    first = plain(json.dumps(body).encode(), "K", path)
    before = Event.objects.count()
    assert first.status_code == 200
    assert told(plain(json.dumps(body).encode(), "K", path)) == (200, first.content, "true")
    assert Event.objects.count() == before


def failing(error: Exception, times: int) -> Callable[..., Any]:
    """The engine, which fails so many times after it has recorded."""
    left = [error] * times

    def run(*args: Any, **kwargs: Any) -> Any:
        outcomes = record(*args, **kwargs)
        if left:
            raise left.pop()
        return outcomes

    return run


def test_a_fault_of_ours_is_not_saved_and_leaves_nothing(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "record", failing(OperationalError("gone"), 1))
    first = plain(add(), "K")
    assert (first.status_code, first["Retry-After"]) == (503, "5")
    assert (points(), SavedAnswer.objects.count()) == ([], 0)
    assert told(plain(add(), "K"))[::2] == (200, None)
    assert points() == [5]


def test_what_raises_after_its_effect_takes_the_effect_back(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "record", failing(bad_request("No"), 1))
    assert [told(plain(add(), "K"))[::2] for _ in range(2)] == [(400, None), (400, "true")]
    assert points() == []


def test_a_refused_authentication_is_not_saved(key: ApiKey) -> None:
    body = add()
    headers = signed(body)
    ApiKey.objects.update(key="other")
    assert post(body, headers).status_code == 401
    ApiKey.objects.update(key=key.key)
    accepted(event("ann", "opt_in"))
    assert told(post(body, headers))[::2] == (200, None)


def test_a_deadlock_runs_the_whole_write_again(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected()
    monkeypatch.setattr(intake, "record", failing(error, 2))
    assert told(plain(add(), "K"))[::2] == (200, None)
    assert points() == [5]


def test_an_answer_from_before_the_secret_was_changed_is_known(ann: None, settings: Any) -> None:
    first = plain(add(), "K")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-fifty-characters-or-so-0123456789"
    assert told(plain(add(), "K")) == (200, first.content, "true")
    assert plain(add(6), "K").status_code == 409
    assert SavedAnswer.objects.count() == 1


def test_names_and_requests_are_kept_as_keyed_digests_only(ann: None) -> None:
    plain(add(), "ann@example.com")
    [(digest, fingerprint)] = SavedAnswer.objects.values_list("digest", "fingerprint")
    assert len(bytes(digest)) == len(bytes(fingerprint)) == 32


# How long


def test_answers_are_kept_for_a_week(ann: None) -> None:
    plain(add(), "K")
    kept = SavedAnswer.objects.get().expires_at - timezone.now()
    assert round(kept / dt.timedelta(days=1), 2) == 7


def test_the_purge_deletes_what_is_over_in_chunks(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyalty.api.once.tasks.CHUNK", 2)
    for number in range(7):
        plain(add(number + 1), f"K{number}")
    rows(
        "UPDATE api_savedanswer SET expires_at = now() - interval '1 second' WHERE body::text NOT LIKE '%%x%%' OR true"
    )
    plain(add(8), "fresh")
    assert purge_answers() == 7
    assert SavedAnswer.objects.count() == 1
    assert purge_answers() == 0


# Who is erased


def test_the_answers_about_an_erased_person_are_forgotten(ann: None) -> None:
    accepted(event("bob", "opt_in", email="bob@example.com"))
    spend = json.dumps({"customer": "ann", "action": "point_spend", "data": {"points": 99}}).encode()
    sent = [(add(), "K1"), (add(9, "bob"), "K2"), (spend, "K3")]
    first = [plain(*one) for one in sent]
    assert "ann@example.com" in first[0].content.decode()
    accepted(event("ann", "opt_out"))
    again = [plain(*one) for one in sent]
    assert [told(answer)[::2] for answer in again] == [(404, "true"), (200, "true"), (404, "true")]
    assert again[0].json()["error"]["code"] == 160212
    assert again[1].content == first[1].content
    assert not rows("SELECT 1 FROM api_savedanswer WHERE encode(body, 'escape') LIKE '%%ann%%'")


def test_the_answers_about_whom_they_were_merged_from_are_forgotten_too(ann: None) -> None:
    accepted(event("bob", "opt_in"))
    plain(add(), "K")
    plain(b'{"target": "bob"}', "M", "/customers/ann/merge")
    accepted(event("bob", "opt_out"))
    assert told(plain(add(), "K"))[::2] == (404, "true")


def test_of_an_opt_out_itself_no_name_is_saved(ann: None) -> None:
    body = json.dumps({"customer": "ann", "action": "opt_out", "data": {}}).encode()
    first = plain(body, "K")
    assert (first.status_code, first.json()["id"]) == (200, first.json()["id"])
    assert told(plain(body, "K"))[::2] == (404, "true")
    assert rows("SELECT body, customer_id FROM api_savedanswer") == [(b"", None)]


# At once


@pytest.fixture
def live(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    development_key()
    accepted(event("ann", "opt_in"))


def at_once(send: Callable[[], Any]) -> list[tuple[int, bytes, str | None]]:
    """Answers to 64 copies, all of which have arrived before the first may write."""

    def run(_: int) -> tuple[int, bytes, str | None]:
        try:
            return told(send())
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        with blocked(BALANCES, until=CLIENTS):
            answers = [pool.submit(run, number) for number in range(CLIENTS)]
        return [answer.result(120) for answer in answers]


def under_a_signed_key() -> Callable[[], Any]:
    headers = signed(add(), key="K")
    return lambda: post(add(), headers)


NO_TURNS = "SELECT turn IS NULL FROM unnest($1::bigint[]) AS turn"
WAYS = {"signed": under_a_signed_key, "key": lambda: lambda: plain(add(), "K")}


@pytest.mark.parametrize("way", WAYS)
def test_64_copies_at_once_have_one_effect_and_one_answer(live: None, way: str) -> None:
    answers = at_once(WAYS[way]())
    assert points() == [5]
    assert {(status, body) for status, body, _ in answers} == {(200, answers[0][1])}
    assert sorted(replayed or "" for _, _, replayed in answers) == ["", *["true"] * (CLIENTS - 1)]


def test_control_without_the_turn_and_the_unique_name_64_copies_have_64_effects(
    live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_AWAIT_TURNS", NO_TURNS)
    monkeypatch.setattr(claims, "_SAVE", claims._SAVE + " ON CONFLICT DO NOTHING")
    at_once(WAYS["key"]())
    assert len(points()) == CLIENTS


def test_a_copy_that_waits_too_long_is_told_to_come_back(live: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(1) as pool:

        def first() -> Any:
            try:
                return plain(add(), "K")
            finally:
                connection.close()

        with blocked(BALANCES, until=1):
            running = pool.submit(first)
            while not waiting():
                pass
            monkeypatch.setattr(outer, "limits", lambda _: [Statement("SET LOCAL lock_timeout = '50ms'")])
            answer = _from_another_connection(lambda: plain(add(), "K"))
        assert running.result(60).status_code == 200
    assert (answer.status_code, answer["Retry-After"], answer.json()["error"]["type"]) == (
        409,
        "1",
        "ConflictException",
    )
    assert points() == [5]


def test_a_connection_that_broke_while_it_was_idle_costs_no_write(live: None, settings: Any) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 60
    plain(add(), "K")
    break_connection()
    assert told(plain(add(6), "L"))[::2] == (200, None)
    assert points() == [5, 6]


def _from_another_connection(send: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(60)
