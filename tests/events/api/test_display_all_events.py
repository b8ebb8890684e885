"""`GET /customers/-/events`: the events of everybody."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.api.display import queries as history
from events.models import Event
from events.types.models import EventType
from loyalty.api.lists import walking
from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.engine.world import configure
from tests.factories import NOON, make_customer, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db
KEY = "till-key"
PATH = "/customers/-/events"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY)


def get(client: Client, path: str = PATH, **query: str) -> tuple[int, Any]:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}{urlencode({'api_key': KEY, **query})}")
    return answer.status_code, answer.json()


def ask(client: Client, path: str = PATH, **query: str) -> Any:
    status, body = get(client, path, **query)
    assert status == 200, body
    return body


def add(customer: str, points: int = 10, **data: Any) -> Incoming:
    return Incoming(customer, "point_add", {"points": points, **data})


def whose(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(event["Customer"]["id"], event["action"]) for event in body["data"]]


def test_events_of_everybody_in_full(client: Client) -> None:
    make_customer("C-1")
    make_customer("C-2")
    tell(add("C-1", 5, expdate="2027-01-31"), at=NOON + HOUR)
    events = {event.action: event for event in Event.objects.order_by("-id")}

    assert ask(client, **{"timestamp.gt": "2026-11-20T12:30:00.000Z"}) == {
        "total": 1,
        "data": [
            {
                "id": str(events["point_add"].id),
                "action": "point_add",
                "label": "Point add",
                "Customer": {"id": "C-1"},
                "points": 5,
                "timestamp": "2026-11-20T13:00:00.000Z",
                "properties": [
                    {"name": "points", "label": "Points", "value": 5},
                    {"name": "expdate", "label": "Expiration date", "value": "2027-01-31"},
                ],
                "expdate": "2027-01-31",
            }
        ],
    }
    body = ask(client)
    assert (body["total"], whose(body)) == (3, [("C-1", "point_add"), ("C-2", "opt_in"), ("C-1", "opt_in")])
    assert whose(ask(client, order="asc")) == whose(body)[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"timestamp.gt": "2026-11-20T13:00:00Z"}, [3]),
        ({"timestamp.gte": "2026-11-20T13:00:00Z"}, [3, 2]),
        ({"timestamp.lt": "2026-11-20T13:00:00Z"}, [1]),
        ({"timestamp.lte": "2026-11-20T13:00:00+0000"}, [2, 1]),
        ({"timestamp.gt": "2026-11-20T12:00:00", "timestamp.lt": "2026-11-20T14:00:00"}, [2]),
        ({"date": "2026-11-21"}, []),
        ({"timestamp.gt": "2026-13-01"}, []),
    ],
)
def test_a_window_of_time(client: Client, query: dict[str, str], expected: list[int]) -> None:
    make_customer("C-1", at=NOON - timedelta(days=400))
    for number in (1, 2, 3):
        tell(add("C-1", number), at=NOON + (number - 1) * HOUR)
    body = ask(client, **query)
    found = [event["points"] for event in body["data"] if event["points"]]
    assert found == expected
    assert body["total"] == len(body["data"])


@pytest.mark.parametrize("name", ["action", "points_only", "customer", "properties.transaction_id", "timestamp.in"])
def test_only_the_time_can_be_asked_for(client: Client, name: str) -> None:
    status, body = get(client, **{name: "1"})
    assert (status, body["error"]["code"]) == (400, 300122)
    assert "timestamp.gt" in body["error"]["message"]


def test_those_of_merged_profiles_are_the_survivors(client: Client) -> None:
    customer, other, last = make_customer("C-1"), make_customer("M-1"), make_customer("C-2")
    tell(add("M-1", 7, expdate="2027-01-31"), at=NOON + HOUR)
    merge(other, customer, NOON + 2 * HOUR)
    merge(customer, last, NOON + 3 * HOUR)
    body = ask(client, **{"timestamp.lte": "2026-11-20T13:00:00"})
    assert whose(body) == [("C-2", "point_add"), *[("C-2", "opt_in")] * 3]
    assert body["data"][0]["expdate"] == "2027-01-31"


def test_those_of_the_erased_do_not_come_nor_those_of_profiles_that_were_merged_into_them(client: Client) -> None:
    customer, other = make_customer("C-1", points=5), make_customer("M-1", points=5)
    make_customer("C-2")
    merge(other, customer)
    tell(Incoming("C-1", "opt_out", {}))
    body = ask(client)
    assert (body["total"], whose(body)) == (1, [("C-2", "opt_in")])


def test_only_exposed_actions_come_and_count(client: Client) -> None:
    make_customer("C-1", points=5)
    EventType.objects.filter(action="opt_in").update(exposed=False)
    body = ask(client)
    assert (body["total"], whose(body)) == (1, [("C-1", "point_add")])


@pytest.mark.parametrize("deep", [5, 1_000], ids=["by place", "by offset"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_run_to_the_end_without_gaps_or_repeats(
    client: Client, order: str, deep: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "DEEP", deep)
    for number in range(4):
        make_customer(f"C-{number}")
    for number in range(6):
        tell(*[add(f"C-{place}") for place in range(4)], at=NOON + number // 2 * HOUR)
    body = ask(client, limit="5", order=order)
    assert body["next"].partition("&after=")[0] == f"{PATH}?order={order}&limit=5&offset=5"
    assert ("&after=" in body["next"]) == (deep == 5)
    found = [event["id"] for event in body["data"]]
    while "next" in body:
        body = ask(client, body["next"])
        found += [event["id"] for event in body["data"]]
    assert (len(found), body["total"]) == (28, 28)
    columns = ("occurred_at", "id") if order == "asc" else ("-occurred_at", "-id")
    assert found == [str(id) for id in Event.objects.order_by(*columns).values_list("id", flat=True)]
    assert ask(client).keys() == {"total", "data"}


def test_the_total_is_of_all_pages_and_goes_on_beyond_what_is_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customer("C-1")
    tell(*[add("C-1") for _ in range(40)])
    assert ask(client, limit="1")["total"] == 41
    monkeypatch.setattr(history, "COUNTED", 10)
    assert ask(client, limit="1")["total"] > 10


def test_a_list_asks_as_much_for_one_event_as_for_three(client: Client) -> None:
    configure(multi_accounts=True)
    ask(client)
    counts = []
    for number in range(3):
        tell(Incoming(f"C-{number}", "opt_in", {}), add(f"C-{number}", 5, expdate="2027-01-31"), at=NOON + HOUR)
        with CaptureQueriesContext(connection) as captured:
            assert len(ask(client)["data"]) == 2 * (number + 1)
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
