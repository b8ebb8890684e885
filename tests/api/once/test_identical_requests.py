"""Signed bytes that come again: twins of a client that counts each request run, what comes later is refused aloud, and
nothing is answered 200 without its effect but a repetition under the same key."""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from events.models import Event
from loyalty.api.keys.models import ApiKey
from loyalty.api.once import answers as once
from loyalty.api.once import claims
from loyalty.api.once.models import SavedAnswer
from loyalty.engine.storage.outer import OuterTransaction
from loyalty.engine.storage.wire import Statement
from loyalty.intake import api as intake
from tests.api.once.writes import Headers, add, ago, plain, points, post, signed, told
from tests.api_keys import development_key
from tests.engine.races.racing import BALANCES, blocked, waiting
from tests.engine.races.test_broken_connections import break_connection
from tests.engine.world import accepted, event, rows

IDENTICAL = claims.IDENTICAL
# Of a request when it arrives, in seconds.
TOO_LATE = 3.2


class Clock:
    """Stands still, however slow the machine is."""

    def __init__(self) -> None:
        self.time = timezone.now().replace(microsecond=200_000)

    def now(self) -> dt.datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", found.now)
    return found


def answered(answer: Any) -> tuple[int, int, str | None]:
    """Status, code, and whether it is a saved answer."""
    return answer.status_code, answer.json().get("error", {}).get("code", 0), answer.get(once.REPLAYED)


RAN, REFUSED = (200, 0, None), (409, IDENTICAL, None)


# Twins


def test_two_equal_refunds_of_one_second_both_count(ann: None) -> None:
    """The published interface counts every event, and a date has whole seconds."""
    accepted(event("ann", "checkout", transaction_id="R-1", total=2000))
    body = json.dumps(
        {"customer": "ann", "action": "partial_refund", "data": {"transaction_id": "R-1", "amount": 1000}}
    ).encode()
    headers = signed(body)
    first, second = post(body, headers), post(body, headers)
    assert (answered(first), answered(second)) == (RAN, RAN)
    assert (first.json()["score"], second.json()["score"]) == (1000, 0)


@pytest.mark.parametrize(
    ("path", "body", "action"),
    [
        ("/events", {"customer": "ann", "action": "point_add", "data": {"points": 5}}, "point_add"),
        ("/events/bulk", {"events": [{"customer": "ann", "action": "point_add", "data": {"points": 5}}]}, "point_add"),
        ("/customers/ann", {"nickname": "Annie"}, "profile"),
        ("/customers/-/login", {"customer": "ann"}, "login"),
    ],
    ids=str,
)
def test_twins_run_and_later_copies_do_not_at_any_address(ann: None, path: str, body: Any, action: str) -> None:
    content = json.dumps(body).encode()
    headers = signed(content, path)
    assert [answered(post(content, headers, path)) for _ in range(3)] == [RAN] * 3
    late = signed(content, path, at=ago(TOO_LATE))
    assert [answered(post(content, late, path)) for _ in range(3)] == [RAN, REFUSED, REFUSED]
    assert Event.objects.filter(action=action).count() == 4


@pytest.mark.parametrize(
    ("age", "second"),
    [(1, RAN), (2.2, REFUSED), (200, REFUSED), (-1.8, RAN), (-2.8, REFUSED), (-200, REFUSED)],
)
def test_twins_arrive_within_two_seconds_of_their_date_before_or_after(ann: None, age: float, second: Any) -> None:
    """A date has whole seconds: that of a moment ago is up to a second older."""
    headers = signed(add(), at=ago(age))
    assert [answered(post(add(), headers)) for _ in range(2)] == [RAN, second]
    assert points() == [5] * (2 if second == RAN else 1)


def test_what_is_refused_names_the_cure(ann: None) -> None:
    headers = signed(add(), at=ago(TOO_LATE))
    post(add(), headers)
    error = post(add(), headers).json()["error"]
    assert error["type"] == "ConflictException"
    assert "identical" in error["message"]
    assert "add a signed Idempotency-Key" in error["message"]


def test_a_request_sent_again_after_its_twins_does_nothing(ann: None, clock: Clock) -> None:
    """Whoever has captured it may send it as long as its signature is valid, as often as they like."""
    headers = signed(add())
    for _ in range(2):
        post(add(), headers)
    for seconds in (3, 60, 230):
        clock.move(seconds)
        for more in ({}, {"Idempotency-Key": f"new-{seconds}"}):
            assert answered(post(add(), headers | more)) == REFUSED
    clock.move(10)
    assert answered(post(add(), headers)) == (401, 101025, None)
    assert points() == [5, 5]


def test_what_was_refused_the_first_time_does_not_run_later_either(ann: None) -> None:
    body = json.dumps({"customer": "ann", "action": "point_spend", "data": {"points": 9}}).encode()
    headers = signed(body, at=ago(TOO_LATE))
    assert answered(post(body, headers)) == (400, 120241, None)
    accepted(event("ann", "point_add", points=100))
    assert answered(post(body, headers)) == REFUSED
    assert Event.objects.filter(action="point_spend").count() == 0


def test_a_fault_of_ours_leaves_the_bytes_free_to_be_sent_again(ann: None, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = signed(add(), at=ago(60))
    with monkeypatch.context() as broken:
        broken.setattr(intake, "record", _failing)
        assert post(add(), headers).status_code == 503
    assert answered(post(add(), headers)) == RAN
    assert points() == [5]


def _failing(*args: Any, **kwargs: Any) -> Any:
    raise OperationalError("gone")


def test_a_key_can_refuse_all_that_is_identical(ann: None) -> None:
    ApiKey.objects.update(refuse_identical=True)
    headers = signed(add())
    assert [answered(post(add(), headers)) for _ in range(2)] == [RAN, REFUSED]
    assert answered(post(add(), signed(add(), at=ago(10)))) == RAN
    assert points() == [5, 5]


# Keys


def test_a_signed_key_names_the_write(ann: None) -> None:
    at = ago(0)
    first = post(add(), signed(add(), at=at, key="A"))
    again = post(add(), signed(add(), at=at, key="A"))
    other = post(add(), signed(add(), at=at, key="B"))
    signed_anew = post(add(), signed(add(), at=ago(60), key="A"))
    assert told(again) == told(signed_anew) == (200, first.content, "true")
    assert answered(other) == RAN
    assert points() == [5, 5]
    assert SavedAnswer.objects.count() == 2


def test_a_signed_key_cannot_be_left_out_or_changed(ann: None) -> None:
    headers = signed(add(), key="A")
    for other in (
        {name: value for name, value in headers.items() if name != "Idempotency-Key"},
        headers | {"Idempotency-Key": "B"},
    ):
        assert post(add(), other).status_code == 401
    assert points() == []


@pytest.mark.parametrize("age", [0, 60])
def test_bytes_that_ran_beside_an_unsigned_key_run_under_no_other_and_without_none(ann: None, age: float) -> None:
    headers = signed(add(), at=ago(age))
    assert answered(post(add(), headers | {"Idempotency-Key": "K"})) == RAN
    for other in ({"Idempotency-Key": "L"}, {}):
        assert answered(post(add(), headers | other)) == REFUSED
    sign_it = post(add(), headers | {"Idempotency-Key": "L"}).json()["error"]["message"]
    assert "sign the key" in sign_it
    assert told(post(add(), headers | {"Idempotency-Key": "K"}))[::2] == (200, "true")
    assert points() == [5]
    # The other key is still free.
    assert answered(plain(add(7), "L")) == RAN


def test_bytes_that_ran_without_a_key_do_not_run_beside_one(ann: None) -> None:
    headers = signed(add())
    assert answered(post(add(), headers)) == RAN
    assert answered(post(add(), headers | {"Idempotency-Key": "K"})) == REFUSED
    assert points() == [5]
    assert answered(plain(add(6), "K")) == RAN


def test_a_retry_beside_an_unsigned_key_leaves_no_bytes_that_run(ann: None) -> None:
    """The retry has a date of its own: its bytes must not run without the key, which whoever captures them can drop."""
    post(add(), signed(add(), at=ago(60)) | {"Idempotency-Key": "K"})
    retry = signed(add())
    assert told(post(add(), retry | {"Idempotency-Key": "K"}))[::2] == (200, "true")
    assert answered(post(add(), retry)) == REFUSED
    assert points() == [5]


# What is kept


def test_of_signed_bytes_no_answer_is_kept_and_nothing_for_longer_than_20_minutes(ann: None) -> None:
    post(add(), signed(add()))
    post(add(6), signed(add(6)) | {"Idempotency-Key": "K"})
    post(add(7), signed(add(7), key="L"))
    found = rows(
        "SELECT length(body) > 0, customer_id IS NOT NULL, round(extract(epoch FROM expires_at - now()) / 60)"
        " FROM api_savedanswer ORDER BY expires_at, 1"
    )
    assert found == [(False, False, 20), (False, False, 20), (True, True, 7 * 1440), (True, True, 7 * 1440)]


def test_many_twins_are_one_row(ann: None) -> None:
    headers = signed(add())
    for _ in range(5):
        post(add(), headers)
    assert (len(points()), SavedAnswer.objects.count()) == (5, 1)


def test_bytes_from_before_the_secret_was_changed_are_known(ann: None, settings: Any) -> None:
    headers = signed(add(), at=ago(TOO_LATE))
    post(add(), headers)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-fifty-characters-or-so-0123456789"
    assert answered(post(add(), headers)) == REFUSED
    assert points() == [5]


# At once


@pytest.fixture
def live(committed_db: None) -> None:
    development_key()
    accepted(event("ann", "opt_in"))


def in_thread(pool: ThreadPoolExecutor, send: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return answered(send())
        finally:
            connection.close()

    return pool.submit(run)


def while_it_runs(headers: Headers, *others: Headers) -> tuple[Any, list[Any]]:
    """The answer of a write that waits in the midst, and those that came meanwhile."""
    with ThreadPoolExecutor(2) as pool:
        with blocked(BALANCES, until=1):
            first = in_thread(pool, lambda: post(add(), headers))
            while not waiting():
                pass
            meanwhile = [in_thread(pool, partial(post, add(), other)).result(5) for other in others]
        return first.result(60), meanwhile


def test_a_copy_that_comes_while_the_first_runs_is_refused_at_once(live: None) -> None:
    headers = signed(add())
    first, copies = while_it_runs(headers, headers, headers)
    assert (first, copies) == (RAN, [REFUSED, REFUSED])
    assert points() == [5]
    assert answered(post(add(), headers)) == RAN


def test_a_copy_of_a_twin_that_runs_is_refused_at_once_too(live: None) -> None:
    headers = signed(add(), at=ago(0))
    assert answered(post(add(), headers)) == RAN
    second, copies = while_it_runs(headers, headers)
    assert (second, copies) == (RAN, [REFUSED])
    assert points() == [5, 5]


def test_control_without_the_turn_a_copy_that_comes_meanwhile_is_not_told(
    live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_REQUIRE_TURNS", "SELECT turn IS NOT NULL FROM unnest($1::bigint[]) AS turn")
    monkeypatch.setattr(claims, "_SAVE", claims._SAVE + " ON CONFLICT DO NOTHING")
    headers = signed(add())
    with ThreadPoolExecutor(2) as pool:
        with blocked(BALANCES, until=2):
            both = [in_thread(pool, lambda: post(add(), headers)) for _ in range(2)]
        assert [one.result(60) for one in both] == [RAN, RAN]


def test_another_signed_key_does_not_wait_for_its_twin(live: None) -> None:
    """It does for the customer's lock, which the first has; not for its answer."""
    with ThreadPoolExecutor(2) as pool:
        with blocked(BALANCES, until=2):
            at = ago(0)
            both = [in_thread(pool, partial(post, add(), signed(add(), at=at, key=key))) for key in "AB"]
        assert [one.result(60) for one in both] == [RAN, RAN]
    assert points() == [5, 5]


def test_of_many_copies_at_once_each_ran_or_was_refused(live: None) -> None:
    copies, headers = 16, signed(add(), at=ago(0))
    start = Barrier(copies)

    def send_with_others() -> Any:
        start.wait()
        return post(add(), headers)

    with ThreadPoolExecutor(copies) as pool:
        answers = [one.result(60) for one in [in_thread(pool, send_with_others) for _ in range(copies)]]
    assert set(answers) <= {RAN, REFUSED}
    assert answers.count(RAN) == len(points()) >= 1


# A connection that breaks


@pytest.fixture
def lost(live: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The database commits, and the connection breaks before it says so: as often as the list has items."""
    end = OuterTransaction.end
    left: list[str] = []

    def end_and_break(outer: OuterTransaction, *statements: Any) -> None:
        end(outer, *statements)
        if left:
            left.pop()
            break_connection()
            outer.wire.run([Statement("SELECT 1")])

    monkeypatch.setattr(OuterTransaction, "end", end_and_break)
    return left


@pytest.mark.parametrize("age", [0, 60])
def test_a_commit_that_nobody_heard_of_is_not_run_again(lost: list[str], age: float) -> None:
    lost.append("first")
    assert answered(post(add(), signed(add(), at=ago(age)))) == RAN
    assert (lost, points()) == ([], [5])


def test_a_commit_of_a_twin_that_nobody_heard_of_is_not_run_again(lost: list[str]) -> None:
    headers = signed(add(), at=ago(0))
    assert answered(post(add(), headers)) == RAN
    lost.append("twin")
    assert answered(post(add(), headers)) == RAN
    assert (lost, points()) == ([], [5, 5])


def test_control_a_request_that_does_not_know_its_own_run_runs_twice(
    lost: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims.BytesClaim, "read", _without_own_runs)
    lost.append("first")
    assert answered(post(add(), signed(add(), at=ago(0)))) == RAN
    assert points() == [5, 5]


def _without_own_runs(claim: claims.BytesClaim, turns: Any, found: Any) -> None:
    claim.is_twin = bool(found)
