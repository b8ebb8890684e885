"""Wherever an expiration is told, it is the last day on which the points are valid, and the same day everywhere."""

import html
import io
import re
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from django.test import Client

from customers.models import Customer
from events.models import Event
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, make_customer, tell

pytestmark = pytest.mark.django_db

PLACES = ["", "points/", "points/expiration/", "points/{event}/", "events/{event}/"]


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia", at=NOON)


def named_by_the_event() -> None:
    tell(Incoming("C-1", "point_add", {"points": 70, "expdate": "2027-03-31"}))


def named_by_the_account() -> None:
    Account.objects.update(expiry="calendar", expiry_month=3, expiry_day=31)
    tell(Incoming("C-1", "point_add", {"points": 70}))


def named_by_the_last_activity() -> None:
    Account.objects.update(expiry="activity", expiry_after=131, expiry_unit="days")
    tell(Incoming("C-1", "point_add", {"points": 70}))


WAYS = [named_by_the_event, named_by_the_account, named_by_the_last_activity]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("earn", WAYS)
def test_a_page_tells_the_last_day(client: Client, zsofia: Customer, place: str, earn: Callable[[], None]) -> None:
    earn()
    event = Event.objects.get(action="point_add")
    answer = client.get(f"/customers/{zsofia.id}/{place.format(event=event.id)}")
    text = html.unescape(answer.content.decode())
    assert '<time datetime="2027-03-31">31 Mar 2027</time>' in text
    assert "Apr 2027" not in text
    assert "2027-04-01" not in text


def test_a_change_of_the_day_is_told_in_the_same_words(client: Client, zsofia: Customer) -> None:
    named_by_the_event()
    earned = Event.objects.get(action="point_add")
    tell(Incoming("C-1", "point_expiration", {"events": str(earned.id), "expdate": "2027-06-30"}))
    text = html.unescape(client.get(f"/customers/{zsofia.id}/points/{earned.id}/").content.decode())
    assert "Last day 31 Mar 2027 → 30 Jun 2027" in re.sub(r"</?time[^>]*>", "", text)


@pytest.mark.parametrize("earn", WAYS)
def test_the_file_of_the_history_tells_the_last_day(client: Client, zsofia: Customer, earn: Callable[[], None]) -> None:
    earn()
    answer = client.get(f"/customers/{zsofia.id}/points/export.csv")
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert '"2027-03-31"' in content
    assert "2027-04-01" not in content


def test_the_file_of_all_that_is_held_tells_the_last_day(client: Client, zsofia: Customer) -> None:
    named_by_the_event()
    answer = client.get(f"/customers/{zsofia.id}/data/csv/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    lots = ZipFile(io.BytesIO(content)).read("lot.csv").decode()
    assert "valid_through" in lots
    assert "2027-03-31" in lots
    assert "2027-04-01" not in lots
