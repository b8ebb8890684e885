"""Whoever has sent a bulk claim is told once it is done: by a real server, which answers what a test says."""

import datetime as dt
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from loyalty.bulk.callbacks import operations
from loyalty.bulk.callbacks.addresses import may_call
from loyalty.bulk.callbacks.operations import PAUSES, send_callback
from loyalty.bulk.models import BulkCallback, BulkRequest
from loyalty.bulk.queries import due_callbacks
from loyalty.http.outgoing import is_public, led_to
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.bulk.gifts import done
from tests.claim_doors.offering import ann, offer, reward
from tests.claim_doors.test_bulk_claims import ROOT, asked
from tests.coupons.code_giver import CodeGiver, serving
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def other(settings: Any) -> Iterator[CodeGiver]:
    """A listed host: a private address, by http."""
    with serving() as found:
        settings.CALLBACK_HOSTS = frozenset({found.host})
        yield found


def claimed(client: Client, url: str, **more: Any) -> BulkCallback:
    """A request that is done, with its callback."""
    ann()
    offer(reward("mug"))
    asked(client, "ann", "nobody", callback_url=url, **more)
    assert due_callbacks(NOON) == []
    done(BulkRequest.objects.get())
    return BulkCallback.objects.get()


def send(at: dt.datetime = NOON) -> BulkCallback:
    for id in due_callbacks(at):
        send_callback(callback_id=id, at=at)
    return BulkCallback.objects.get()


def test_once_the_request_is_done_its_callback_is_sent_once(client: Client, other: CodeGiver) -> None:
    claimed(client, other.url, metadata={"custom_attributes": {"country": "DE"}})
    sent = send()
    send(NOON + dt.timedelta(days=1))

    assert (sent.status, sent.tries, sent.due_at) == ("sent", 1, None)
    assert other.asked == [
        {
            "status": "success",
            "metadata": {"external_batch_id": "b1", "custom_attributes": {"country": "DE"}},
            "payload": {
                "batch_id": "b1",
                "batch_status": "done",
                "number_of_customers": 2,
                "number_of_errors": 1,
                "url": f"http://testserver{ROOT}/b1/status",
            },
        }
    ]


def test_what_is_not_taken_is_sent_again_after_longer_and_longer_pauses_and_then_has_failed(
    client: Client, other: CodeGiver
) -> None:
    other.answer = (500, b"")
    claimed(client, other.url)
    at = NOON
    assert send(at).status == "waiting"
    for pause in PAUSES:
        send(at + pause - dt.timedelta(seconds=1))
        at += pause
        last = send(at)
    assert (last.status, last.tries, len(other.asked)) == ("failed", 5, 5)
    send(at + dt.timedelta(days=9))
    assert len(other.asked) == 5


def test_a_later_try_may_be_the_one_that_arrives(client: Client, other: CodeGiver) -> None:
    other.answer = (302, b"")
    claimed(client, other.url)
    send()
    other.answer = (204, b"")
    assert send(NOON + PAUSES[0]).status == "sent"


def test_who_answers_too_late_holds_nothing_up(
    client: Client, other: CodeGiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "SECONDS", 0.3)
    other.seconds = 2.0
    claimed(client, other.url)
    before = time.monotonic()
    assert send().status == "waiting"
    assert time.monotonic() - before < 1.5


def test_a_host_that_is_not_public_is_told_nothing_unless_it_is_listed(
    client: Client, other: CodeGiver, settings: Any
) -> None:
    claimed(client, other.url)
    settings.CALLBACK_HOSTS = frozenset()
    assert send().status == "waiting"
    assert other.asked == []

    # A public name may lead to a private address: the connection itself is looked at.
    BulkCallback.objects.update(url=f"https://localhost:{other.port}/", due_at=NOON)
    assert send().status == "waiting"
    assert other.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "::1", "fe80::1", "fd00::1", "0.0.0.0", "224.0.0.1"],
)
def test_addresses_of_networks_and_machines_are_not_public(address: str, settings: Any) -> None:
    assert not is_public(ip_address(address))
    settings.CALLBACK_HOSTS = frozenset({"hook.example"})
    is_of_a_machine = address in {"169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"}
    assert may_call("https://hook.example/", ip_address(address)) == (not is_of_a_machine)


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("2002:a9fe:a9fe::1", "169.254.169.254"),
        ("64:ff9b::7f00:1", "127.0.0.1"),
        ("2606:4700::1111", "2606:4700::1111"),
        ("8.8.8.8", "8.8.8.8"),
    ],
)
def test_an_address_is_judged_by_the_one_that_it_stands_for(address: str, stands_for: str) -> None:
    assert led_to(ip_address(address)) == ip_address(stands_for)
    assert is_public(led_to(ip_address(address))) == (address == stands_for)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://example.com", "https://a:b@example.com/", "https://", "https://x y/"]
)
def test_an_address_that_cannot_be_called_is_refused_as_it_comes(client: Client, url: str) -> None:
    ann()
    offer(reward("mug"))
    refused = asked(client, "ann", status=400, callback_url=url)
    assert refused["error"]["message"].startswith("'callback_url' must ")
    assert not BulkRequest.objects.exists()


def test_the_same_request_sent_again_has_one_callback(client: Client, other: CodeGiver) -> None:
    ann()
    offer(reward("mug"))
    asked(client, "ann", callback_url=other.url)
    asked(client, "ann", callback_url=other.url)
    assert BulkCallback.objects.count() == 1


def test_the_queue_shows_what_became_of_callbacks_without_a_question_more(client: Client, other: CodeGiver) -> None:
    made = claimed(client, other.url)
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    assert "Not sent yet" in client.get(reverse("bulk:list")).content.decode()
    send()
    with CaptureQueriesContext(connection) as one:
        assert ">Sent<" in client.get(reverse("bulk:list")).content.decode().replace("\n", "")
    shown = client.get(reverse("bulk:request", args=[made.request_id])).content.decode()
    assert other.url in shown
    for batch in ("b2", "b3"):
        asked(client, "ann", batch=batch)
        done(BulkRequest.objects.get(batch=batch))
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("bulk:list"))
    assert len(three) == len(one)
