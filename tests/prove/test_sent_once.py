"""What was sent once happens once, in whatever way it comes again; whenever the server dies, whoever sends again gets the
one answer."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from loyalty.api.access.signing import Signer, sign
from loyalty.api.once.claims import IDENTICAL
from loyalty.points.ledger.models import Balance
from loyalty.transfer.operations import import_here
from tests.api.access.limiting import all_at_once, start_window
from tests.api_keys import server_key
from tests.api_keys import signer as signer_of
from tests.engine.test_write_once import connect
from tests.engine.world import accepted, event
from tests.live import Answer, Live, live_server

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
EVENTS, CLIENTS, COPIES, TOTAL = 1_000, 32, 64, 7
DYING = "tests.prove.dying_wsgi:application"
TURNLESS = "tests.prove.turnless_wsgi:application"
Headers = Mapping[str, str]


@pytest.fixture
def signer(committed_db: None) -> Signer:
    return signer_of(server_key(requests_per_minute=None))


def checkout(number: int, customer: str = "c") -> bytes:
    data = {"transaction_id": f"T-{number}", "total": TOTAL}
    return json.dumps({"customer": f"{customer}{number % 50}", "action": "checkout", "data": data}).encode()


def add(number: int) -> bytes:
    return json.dumps(
        {"customer": "ann", "action": "point_add", "data": {"points": TOTAL, "reason": str(number)}}
    ).encode()


def signed(
    signer: Signer, live: Live, body: bytes, seconds_ago: int = 0, key: str | None = None, **unsigned: str
) -> Headers:
    at = timezone.now() - dt.timedelta(seconds=seconds_ago)
    headers = sign(signer, "POST", "/events", host=live.host, body=body, at=at, key=key)
    return {**headers, "Content-Type": "application/json", **unsigned}


def send_all(live: Live, requests: Iterable[tuple[Headers, bytes]]) -> list[Answer]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda request: live.send("POST", b"/events", *request), requests))


def told(answers: Iterable[Answer]) -> Counter[tuple[int, int, bool]]:
    """Status, code and whether it was saved, of each."""
    found: Counter[tuple[int, int, bool]] = Counter()
    for answer in answers:
        error = json.loads(answer.body).get("error", {})
        found[answer.status, error.get("code", 0), "idempotent-replayed" in answer.headers] += 1
    return found


def import_again(count: int) -> Any:
    lines = [f"c{number % 50},checkout,T-{number},{TOTAL}" for number in range(count)]
    text = "\n".join(["customer,action,transaction_id,total", *lines, ""])
    return import_here(model="events", name="again.csv", content=[text.encode()], now=timezone.now)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def test_a_thousand_events_sent_again_in_six_ways_have_a_thousand_effects(signer: Signer) -> None:
    bodies = [checkout(number) for number in range(EVENTS)]
    with live_server() as live:
        requests = [(signed(signer, live, body, key=f"signed-{n}"), body) for n, body in enumerate(bodies)]
        first = send_all(live, requests)
        assert told(first) == {(200, 0, False): EVENTS}
        again = send_all(live, requests)
        assert told(again) == {(200, 0, True): EVENTS}
    with live_server() as restarted:
        after = send_all(restarted, requests)
        assert told(after) == {(200, 0, True): EVENTS}
        named = [
            (signed(signer, restarted, body, 60, **{"Idempotency-Key": str(n)}), body) for n, body in enumerate(bodies)
        ]
        assert told(send_all(restarted, named)) == {(400, 5003, False): EVENTS}
        other_date = [(signed(signer, restarted, body, 120), body) for body in bodies]
        assert told(send_all(restarted, other_date)) == {(400, 5003, False): EVENTS}
        assert told(send_all(restarted, other_date)) == {(409, IDENTICAL, False): EVENTS}
    job = import_again(EVENTS)
    assert (job.rows_total, job.recorded, job.unchanged, job.refused) == (EVENTS, 0, EVENTS, 0)
    assert [one.body for one in first] == [one.body for one in again] == [one.body for one in after]
    assert Event.objects.filter(action="checkout").count() == EVENTS
    assert sum(Balance.objects.values_list("earned", flat=True)) == EVENTS * TOTAL
    print(f"{EVENTS} events sent seven times: {EVENTS} effects")


def without(constraint: str) -> None:
    """In the database of this test alone."""
    with connect("owner") as raw:
        raw.execute(f"ALTER TABLE {constraint.removesuffix('_pkey')} DROP CONSTRAINT {constraint}")


@pytest.mark.parametrize("dropped", [None, "events_businesskey_pkey"])
def test_control_without_their_unique_index_receipts_pay_a_second_customer(signer: Signer, dropped: str | None) -> None:
    if dropped:
        without(dropped)
    with live_server() as live:
        for customer in ("c", "d"):
            bodies = [checkout(number, customer) for number in range(20)]
            send_all(live, [(signed(signer, live, body), body) for body in bodies])
    assert Event.objects.filter(action="checkout").count() == (40 if dropped else 20)


def copies(signer: Signer, way: str, application: str | None = None) -> list[Answer]:
    """Answers to 64 copies of one write at once: the same bytes, or signed anew each."""
    accepted(event("ann", "opt_in"))
    body = add(0)
    answers: dict[int, Answer] = {}
    with live_server(*filter(None, [application])) as live:
        named: dict[str, Any] = {"bytes": {}, "signed key": {"key": "K"}, "key": {"Idempotency-Key": "K"}}[way]
        if way == "bytes":
            requests = [signed(signer, live, body, 60)] * COPIES
        else:
            requests = [signed(signer, live, body, age, **named) for age in range(COPIES)]

        def send(number: int) -> int:
            answers[number] = live.send("POST", b"/events", requests[number], body)
            return answers[number].status

        all_at_once(COPIES, send)
    return list(answers.values())


@pytest.mark.parametrize("way", ["signed key", "key"])
def test_64_copies_at_once_over_http_have_one_effect_and_one_answer(signer: Signer, way: str) -> None:
    answers = copies(signer, way)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert Event.objects.filter(action="point_add").count() == 1


def test_of_64_copies_at_once_without_a_key_one_runs_and_the_others_are_refused(signer: Signer) -> None:
    """They have been captured, and come a minute later."""
    assert told(copies(signer, "bytes")) == {(200, 0, False): 1, (409, IDENTICAL, False): COPIES - 1}
    assert Event.objects.filter(action="point_add").count() == 1


def test_equal_refunds_of_a_client_that_loops_over_lines_all_count(signer: Signer) -> None:
    """One after the other, each as soon as the one before is answered: no 200 without its effect."""
    accepted(event("ann", "checkout", transaction_id="R-1", total=1_000))
    body = json.dumps(
        {"customer": "ann", "action": "partial_refund", "data": {"transaction_id": "R-1", "amount": 50}}
    ).encode()
    with live_server() as live:
        answers = [live.send("POST", b"/events", signed(signer, live, body), body) for _ in range(20)]
    assert told(answers) == {(200, 0, False): 20}
    assert Event.objects.filter(action="partial_refund").count() == 20
    assert [balance.earned for balance in Balance.objects.all()] == [0]


def test_control_without_the_turn_and_the_unique_index_copies_have_effects(signer: Signer) -> None:
    without("api_savedanswer_pkey")
    assert len({answer.body for answer in copies(signer, "key", TURNLESS)}) > 1
    assert Event.objects.filter(action="point_add").count() > 1


@pytest.mark.parametrize("dropped", ["turn", "index"])
def test_the_turn_and_the_unique_index_each_let_one_copy_through(signer: Signer, dropped: str) -> None:
    if dropped == "index":
        without("api_savedanswer_pkey")
    copies(signer, "key", TURNLESS if dropped == "turn" else None)
    assert Event.objects.filter(action="point_add").count() == 1


def dying(signer: Signer, moment: str, key: str | None, rounds: int) -> Iterator[tuple[Answer, Answer]]:
    """Of each round, the answer of the server that is killed, and of the next one to the same bytes."""
    for number in range(rounds):
        body = add(number)
        with live_server(DYING) as live:
            headers = signed(signer, live, body, 10, key and f"{key}-{number}")
            with suppress(OSError):
                first = live.send("POST", b"/events", {**headers, "X-Die": moment}, body)
        with live_server() as next_one:
            yield first, next_one.send("POST", b"/events", headers, body)


@pytest.mark.parametrize(
    ("moment", "key", "status", "replayed"),
    [("before", "K", 200, False), ("after", "K", 200, True), ("before", None, 200, False), ("after", None, 409, False)],
)
def test_after_the_death_of_the_server_the_same_bytes_have_one_effect(
    signer: Signer, moment: str, key: str | None, status: int, replayed: bool
) -> None:
    """With a key they get its answer. Without one they are told that they ran before, or run if they had not."""
    accepted(event("ann", "opt_in"))
    rounds = 3
    for number, (first, again) in enumerate(dying(signer, moment, key, rounds)):
        assert first.status == 0
        assert (again.status, "idempotent-replayed" in again.headers) == (status, replayed)
        if status == 200:
            assert json.loads(again.body)["score"] == (number + 1) * TOTAL
    assert Event.objects.filter(action="point_add").count() == rounds


LIMIT, ROUNDS = 16, 10


def test_of_four_times_the_limit_at_once_exactly_the_limit_passes_at_a_server(committed_db: None) -> None:
    key = server_key(requests_per_minute=LIMIT)
    with live_server() as live:
        for number in range(ROUNDS):
            start_window(key)
            headers = dict(sign(signer_of(key), "GET", "/customers/-/count", host=live.host, at=timezone.now()))

            def send(place: int, headers: Headers = headers) -> int:
                spoofed = {"X-Forwarded-For": f"198.51.100.{place}", "Forwarded": f"for=198.51.100.{place}"}
                return live.send("GET", b"/customers/-/count", {**headers, **spoofed}).status

            assert all_at_once(4 * LIMIT, send) == {200: LIMIT, 429: 3 * LIMIT}, number
    print(f"{ROUNDS} rounds of {4 * LIMIT} requests at once: exactly {LIMIT} passed in each")
