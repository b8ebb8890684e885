"""The page on which staff choose points, and the dialog that gives them another last day."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.models import Event
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.accounts.expiry import last_day
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.expiry import pages
from loyalty.points.ledger.models import Lot
from loyalty.program.models import GeneralSettings
from loyalty.program.modules import module_names
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import make_customer, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def earn(points: int, account: str | None = None, **data: Any) -> int:
    """The event."""
    [outcome] = tell(Incoming("C-1", "point_add", {"points": points, **data}, account=account))
    found: int = outcome.events[0].id
    return found


def page(client: Client, customer: Customer, query: str = "") -> str:
    answer = client.get(f"/customers/{customer.id}/points/expiration/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def offered(html: str) -> list[str]:
    return re.findall(r'name="event" value="\d+" aria-label="([^"]+)"', html)


def address(customer: Customer, *events: object) -> str:
    return f"/customers/{customer.id}/points/expiration/set/?" + "&".join(f"event={event}" for event in events)


def send(client: Client, customer: Customer, *events: object, **data: Any) -> Any:
    sent = {"token": uuid4(), "ends": "day", "expdate": "2099-12-31", **data}
    return client.post(address(customer, *events), sent, headers=HTMX)


def text(answer: Any) -> str:
    assert answer.status_code == 204, answer.content.decode()
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 422
    return re.findall(r'role="alert">.*?<span>([^<]*)</span>', answer.content.decode(), re.S)


def days(customer: Customer) -> list[str]:
    lots = Lot.objects.filter(customer=customer).order_by("id")
    return [last_day(lot.expires_at).isoformat() if lot.expires_at else "never" for lot in lots]


def test_events_with_points_left_are_offered_soonest_first(staff: Client, zsofia: Customer) -> None:
    earn(10, expdate="2099-01-31")
    earn(20)
    earn(30, expdate="2099-01-30")
    tell(Incoming("C-1", "point_spend", {"points": 35}))
    html = page(staff, zsofia)
    assert offered(html) == ["Point add, 20 Nov 2026, 5 left", "Point add, 20 Nov 2026, 20 left"]
    assert "31 Jan 2099" in html


def test_pages_follow_each_other(staff: Client, zsofia: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    for number in range(1, 6):
        earn(number, **({"expdate": f"2099-01-{number:02}"} if number < 4 else {}))
    found, query = [], ""
    while True:
        html = page(staff, zsofia, query)
        found.append([int(label.split()[-2]) for label in offered(html)])
        following = re.search(r'rel="next" href="([^"]+)"', html)
        if not following:
            break
        query = following[1]
    assert found == [[1, 2], [3, 4], [5]]


def test_the_number_of_queries_does_not_grow_with_the_rows(staff: Client, zsofia: Customer) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            earn(5)
        with CaptureQueriesContext(connection) as captured:
            page(staff, zsofia)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_accounts_are_shown_where_there_are_several(staff: Client, zsofia: Customer) -> None:
    Account.objects.create(slug="club", name="Club")
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [*module_names()]})
    earn(10)
    earn(20, account="club")
    assert len(offered(page(staff, zsofia))) == 2
    GeneralSettings.objects.update(modules=[EXPIRING_POINTS])
    assert len(offered(page(staff, zsofia))) == 1


def test_the_chosen_points_get_the_day_and_it_is_said(staff: Client, zsofia: Customer) -> None:
    first, second, _third = earn(10), earn(20, expdate="2099-01-31"), earn(30)
    assert "30 points are chosen." in staff.get(address(zsofia, first, second), headers=HTMX).content.decode()
    answer = send(staff, zsofia, first, second, reason="Long illness")
    assert text(answer) == "The chosen points expire after 31 Dec 2099."
    assert json.loads(answer["HX-Trigger"])["refresh:points"] is True
    assert days(zsofia) == ["2099-12-31", "2099-12-31", "never"]
    event = Event.objects.get(customer=zsofia, action="point_expiration")
    assert (event.data["events"], event.data["reason"]) == ([str(first), str(second)], "Long illness")
    assert (event.source, event.staff_id) == ("back_office", User.objects.get(username="dana").id)


def test_the_chosen_points_may_never_expire(staff: Client, zsofia: Customer) -> None:
    event = earn(20, expdate="2099-01-31")
    assert text(send(staff, zsofia, event, ends="never")) == "The chosen points never expire."
    assert days(zsofia) == ["never"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"expdate": ""}, "Enter the last day."),
        ({"expdate": "soon"}, "Enter a valid date."),
        ({"expdate": "2001-01-01"}, "“Expiration date” must not be in the past."),
        ({"ends": "sometimes"}, "Select a valid choice. sometimes is not one of the available choices."),
    ],
)
def test_what_is_wrong_is_told_in_the_dialog(
    staff: Client, zsofia: Customer, data: dict[str, Any], message: str
) -> None:
    assert errors(send(staff, zsofia, earn(5), **data)) == [message]
    assert days(zsofia) == ["never"]


def test_points_that_are_gone_meanwhile_are_refused(staff: Client, zsofia: Customer) -> None:
    event = earn(5)
    tell(Incoming("C-1", "point_spend", {"points": 5}))
    [message] = errors(send(staff, zsofia, event))
    assert message == "Some of these points were spent or expired meanwhile. Close this and choose again."


def test_nothing_chosen_is_refused(staff: Client, zsofia: Customer) -> None:
    assert errors(send(staff, zsofia, "x", "9" * 30)) == ["Choose the points first, at most 500 rows of them."]


def test_a_form_that_is_sent_twice_records_once(staff: Client, zsofia: Customer) -> None:
    event, token = earn(5), uuid4()
    texts = [text(send(staff, zsofia, event, token=token)) for _ in range(2)]
    assert texts[1] == "This action was already recorded."
    assert Event.objects.filter(customer=zsofia, action="point_expiration").count() == 1


def test_without_the_module_there_is_neither_button_nor_page(staff: Client, zsofia: Customer) -> None:
    history = f"/customers/{zsofia.id}/points/"
    assert "Modify point expiration" in staff.get(history).content.decode()
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": []})
    assert "Modify point expiration" not in staff.get(history).content.decode()
    assert staff.get(f"{history}expiration/").status_code == 404
    assert staff.get(f"{history}expiration/set/").status_code == 404


def test_who_has_no_points_is_told_so(staff: Client, zsofia: Customer) -> None:
    assert "No points left" in page(staff, zsofia)


def test_a_reader_may_not_change_dates(client: Client, zsofia: Customer) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    assert client.get(f"/customers/{zsofia.id}/points/expiration/").status_code == 403
    assert send(client, zsofia, earn(5)).status_code == 403
    assert days(zsofia) == ["never"]
