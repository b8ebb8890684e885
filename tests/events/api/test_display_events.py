"""`GET /customers/{id}/events`, also known as the history: exact answers, filters, pages, and whose events they are."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.fields.models import Field
from events.models import Event
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.api.lists import timeout
from loyalty.engine.events import Incoming
from tests.api_keys import development_key
from tests.engine.world import configure
from tests.factories import checkout, make_customer, tell
from tests.merging import merge

pytestmark = pytest.mark.django_db
KEY = "till-key"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def key() -> None:
    development_key(KEY)


def ask(client: Client, path: str, **query: str) -> Any:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}{urlencode({'api_key': KEY, **query})}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def events(client: Client, customer: str = "C-1", **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(client, f"/customers/{customer}/events", **query)["data"]
    return found


def actions(client: Client, customer: str = "C-1", **query: str) -> list[str]:
    return [event["action"] for event in events(client, customer, **query)]


def points(client: Client, customer: str = "C-1", **query: str) -> list[int]:
    return [event["points"] for event in events(client, customer, **query)]


def add(customer: str = "C-1", points: int = 10, **data: Any) -> Incoming:
    return Incoming(customer, "point_add", {"points": points, **data})


def ids(action: str) -> list[str]:
    return [str(id) for id in Event.objects.filter(action=action).order_by("id").values_list("id", flat=True)]


def refused(client: Client, path: str, **query: str) -> tuple[int, dict[str, Any]]:
    answer = client.get(path, {"api_key": KEY, **query})
    return answer.status_code, answer.json()["error"]


def test_an_event_in_full(client: Client) -> None:
    make_customer("C-1", email="ann@example.com", first_name="Ann")
    tell(add(points=50, reason="Welcome", expdate="2027-01-31"), at=AT + timedelta(milliseconds=1250, microseconds=7))

    assert ask(client, "/customers/C-1/events") == {
        "data": [
            {
                "id": ids("point_add")[0],
                "action": "point_add",
                "label": "Point add",
                "points": 50,
                "timestamp": "2026-11-20T12:00:01.250Z",
                "properties": [
                    {"name": "points", "label": "Points", "value": 50},
                    {"name": "reason", "label": "Reason", "value": "Welcome"},
                    {"name": "expdate", "label": "Expiration date", "value": "2027-01-31"},
                ],
                "expdate": "2027-01-31",
            },
            {
                "id": ids("opt_in")[0],
                "action": "opt_in",
                "label": "Opt in",
                "points": 0,
                "timestamp": "2026-11-20T12:00:00.000Z",
                "properties": [
                    {"name": "email", "label": "Email address", "value": "ann@example.com"},
                    {"name": "first_name", "label": "First name", "value": "Ann"},
                ],
            },
        ]
    }


def test_the_account_comes_with_the_module_and_the_expiry_date_too(client: Client) -> None:
    make_customer("C-1")
    tell(add(expdate="2027-01-31"))
    [found] = events(client, action="point_add")
    assert "account" not in found

    configure(multi_accounts=True, modules=["multi_accounts"])
    [found] = events(client, action="point_add")
    account = Account.objects.get()
    assert found["account"] == {"id": account.slug, "name": account.name}
    assert "expdate" not in found


def test_the_expiry_date_is_the_one_that_holds_today(client: Client) -> None:
    make_customer("C-1")
    tell(add(expdate="2027-01-31"))
    tell(Incoming("C-1", "point_expiration", {"events": ids("point_add"), "expdate": "2027-03-31"}))

    assert [event.get("expdate") for event in events(client, action="point_add")] == ["2027-03-31"]


def test_the_history_is_the_same_under_its_older_name(client: Client) -> None:
    make_customer("C-1", points=5)
    assert ask(client, "/customers/C-1/history") == ask(client, "/customers/C-1/events")
    assert ask(client, "/customers/C-1/history", limit="1")["next"] == "/customers/C-1/history?limit=1&offset=1"


def test_attributes_are_told_as_they_were_sent_nested_ones_too_and_empty_ones_not(client: Client) -> None:
    tell(
        checkout(make_customer("C-1"), "T-1", "12.5", channel=None, gift=True, shop={"city": "Győr", "tills": [1, 2.5]})
    )
    [found] = events(client, action="checkout")
    assert found["properties"] == [
        {"name": "transaction_id", "label": "Transaction ID", "value": "T-1"},
        {"name": "total", "label": "Total", "value": "12.5"},
        {"name": "gift", "label": "Gift", "value": True},
        {"name": "shop", "label": "Shop", "value": {"city": "Győr", "tills": [1, 2.5]}},
    ]


def test_a_custom_field_is_called_as_its_definition_says(client: Client) -> None:
    Field.objects.create(slug="shoe_size", name="Size of shoes", type="numeric")
    make_customer("C-1", shoe_size=42)
    assert events(client)[0]["properties"] == [{"name": "shoe_size", "label": "Size of shoes", "value": 42}]


def test_labels_are_in_the_brands_language_whatever_the_client_accepts(client: Client, settings: Any) -> None:
    EventType.objects.filter(action="opt_in").update(labels={"hu": "Belépés", "en": "Joined"})
    make_customer("C-1")
    answer = client.get("/customers/C-1/events", {"api_key": KEY}, headers={"Accept-Language": "de"})
    assert answer.json()["data"][0]["label"] == "Joined"
    settings.LANGUAGE_CODE = "hu"
    assert events(client)[0]["label"] == "Belépés"


def test_newest_first_by_when_it_happened_and_oldest_first_as_recorded(client: Client) -> None:
    make_customer("C-1")
    early = int((AT - HOUR).timestamp())
    tell(add(points=1), add(points=2, effective_timestamp=early), add(points=3))

    assert points(client) == points(client, order="desc") == [3, 1, 0, 2]
    assert points(client, order="asc") == [0, 1, 2, 3]


def test_order_is_asc_or_desc(client: Client) -> None:
    make_customer("C-1")
    assert refused(client, "/customers/C-1/events", order="down") == (
        400,
        {"type": "BadRequestException", "code": 300122, "message": "order must be asc or desc"},
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "checkout"}, ["checkout"]),
        ({"action.in": "checkout,point_add"}, ["checkout", "point_add"]),
        ({"actions": "checkout, point_add"}, ["checkout", "point_add"]),
        ({"action": "checkout", "actions": "checkout,opt_in"}, ["checkout"]),
        ({"action": "checkout", "actions": "opt_in"}, []),
        ({"action": "checkout,point_add"}, []),
        ({"action": "Checkout"}, []),
        ({"action": ""}, []),
        ({"action": "che\x00ckout"}, []),
        ({"properties.transaction_id": "T-1"}, ["checkout_item", "checkout"]),
        ({"properties.transaction_id.in": "T-1,T-2", "action.in": "checkout,checkout_accept"}, ["checkout"]),
        ({"properties.transaction_id": "t-1"}, []),
        ({"points_only": "true"}, ["checkout", "point_add"]),
        ({"points_only": "1", "action": "opt_in"}, []),
        ({"points_only": "false", "action": "opt_in"}, ["opt_in"]),
    ],
)
def test_filters_narrow_each_other_and_values_that_cannot_be_find_nothing(
    client: Client, query: dict[str, str], expected: list[str]
) -> None:
    customer = make_customer("C-1")
    tell(add(), at=AT + HOUR)
    tell(checkout(customer, "T-1", 20), at=AT + 2 * HOUR)

    assert actions(client, **query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"date": "2026-11-20"}, [2]),
        ({"date.gt": "2026-11-19"}, [3, 2]),
        ({"date.gt": "2026-11-20"}, [3]),
        ({"date.gte": "2026-11-20"}, [3, 2]),
        ({"date.lt": "2026-11-20"}, [1]),
        ({"date.lte": "2026-11-20"}, [2, 1]),
        ({"date.gt": "2026-11-18", "date.lt": "2026-11-21"}, [2, 1]),
        ({"date.gt": "2026-11-20T12:00:00"}, [3, 2]),
        ({"date.gt": "2026-11-20T12:00:01"}, [3]),
        ({"timestamp.gt": "2026-11-20"}, [3, 2]),
        ({"timestamp.gt": "2026-11-20T12:00:00.250Z"}, [3]),
        ({"timestamp.gte": "2026-11-20T12:00:00.250Z"}, [3, 2]),
        ({"timestamp.lte": "2026-11-20T12:00:00.250Z"}, [2, 1]),
        ({"timestamp.lt": "2026-11-20T12:00:00.250Z"}, [1]),
        ({"timestamp": "2026-11-20T12:00:00.250Z"}, [2]),
        ({"timestamp": "2026-11-20"}, [2]),
        ({"timestamp.gt": "2026-11-20T13:00:00.250+0100"}, [3]),
        ({"timestamp.gte": "2026-11-20T13:00:00.250 01:00"}, [3, 2]),
        ({"date": "yesterday"}, []),
        ({"date.lt": ""}, []),
        ({"date.gt": "9999-12-31"}, []),
        ({"date.gte": "0001-01-01T00:00:00+0100"}, []),
        ({"date": "2026-02-30"}, []),
    ],
)
def test_times_are_of_utc_days_as_wholes_and_instants_to_the_millisecond(
    client: Client, query: dict[str, str], expected: list[int]
) -> None:
    make_customer("C-1", at=AT - timedelta(days=9))
    tell(add(points=1), at=AT - timedelta(hours=12, microseconds=1))
    tell(add(points=2), at=AT + timedelta(microseconds=250_400))
    tell(add(points=3), at=AT + timedelta(hours=12))

    assert points(client, points_only="true", **query) == expected


@pytest.mark.parametrize(
    "query", ["status", "action.gt", "actions.in", "properties.total", "date.in", "customer", "timestamp.eq", "sort"]
)
def test_what_is_no_filter_is_refused_rather_than_ignored(client: Client, query: str) -> None:
    make_customer("C-1")
    status, error = refused(client, "/customers/C-1/events", **{query: "1"})
    assert (status, error["type"], error["code"]) == (400, "BadRequestException", 300122)
    assert f"'{query}'" in error["message"]
    assert "points_only" in error["message"]


@pytest.mark.parametrize("value", ["yes", "no", "perhaps", "2"])
def test_what_is_neither_true_nor_false_is_refused(client: Client, value: str) -> None:
    make_customer("C-1")
    for name in ("points_only", "references"):
        status, error = refused(client, "/customers/C-1/events", **{name: value})
        assert (status, error["code"], error["message"]) == (400, 300122, f"{name} must be true or false")


def test_what_says_how_to_answer_or_is_against_caches_filters_nothing(client: Client) -> None:
    make_customer("C-1")
    assert actions(client, references="true", fields="customer", _="1700000000") == ["opt_in"]
    assert refused(client, "/customers/C-1/events", references="some")[1]["code"] == 300122


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "0"}, 300123),
        ({"limit": "101"}, 300123),
        ({"offset": "-1"}, 300121),
        ({"offset": "1000001"}, 300122),
        ({"limit": "ten"}, 300122),
    ],
)
def test_limit_and_offset_have_their_bounds(client: Client, query: dict[str, str], code: int) -> None:
    make_customer("C-1")
    assert refused(client, "/customers/C-1/events", **query)[1]["code"] == code


def test_a_hundred_come_without_a_limit_and_no_links(client: Client) -> None:
    make_customer("C-1")
    tell(*[add(points=number) for number in range(1, 121)])
    body = ask(client, "/customers/C-1/events")
    assert (len(body["data"]), sorted(body)) == (100, ["data"])
    assert len(ask(client, "/customers/C-1/events", offset="100")["data"]) == 21


def test_links_lead_to_both_sides_with_the_filters_and_without_the_key(client: Client) -> None:
    make_customer("Árpád 1?")
    tell(*[add("Árpád 1?", number) for number in (1, 2, 3)])
    path = "/customers/%C3%81rp%C3%A1d%201%3F/events"
    body = ask(client, path, **{"limit": "1", "offset": "1", "action.in": "point_add,opt_in"})
    query = "?action.in=point_add%2Copt_in&limit=1"
    assert (body["prev"], body["next"]) == (f"{path}{query}&offset=0", f"{path}{query}&offset=2")
    assert points_of(ask(client, f"{path}{query}&offset=2")) == [1]
    assert "prev" not in ask(client, path, limit="1")
    assert "next" not in ask(client, path, limit="1", offset="3")


def points_of(body: dict[str, Any]) -> list[int]:
    return [event["points"] for event in body["data"]]


def walk(client: Client, path: str, **query: str) -> list[str]:
    """The events of all pages, as a client follows the links."""
    body = ask(client, path, limit="7", **query)
    found = [event["id"] for event in body["data"]]
    while "next" in body:
        body = ask(client, body["next"])
        found += [event["id"] for event in body["data"]]
    return found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("merged", [[], ["M-1", "M-2"]])
def test_pages_run_to_the_end_without_gaps_or_repeats(client: Client, order: str, merged: Sequence[str]) -> None:
    customer, others = make_customer("C-1"), [make_customer(id) for id in merged]
    for number in range(9):
        tell(add("C-1"), *[add(id) for id in merged], at=AT + number // 3 * HOUR)
    for other in others:
        merge(other, customer, AT + 9 * HOUR)

    found = walk(client, "/customers/C-1/events", order=order)

    columns = ["id"] if order == "asc" else ["-occurred_at", "-id"]
    assert found == [str(id) for id in Event.objects.order_by(*columns).values_list("id", flat=True)]
    assert len(found) == 10 + 12 * len(merged)


def test_a_survivors_list_is_that_of_all_its_profiles_by_either_id(client: Client) -> None:
    customer, other = make_customer("C-1"), make_customer("M-1")
    tell(add("M-1", 7, expdate="2027-01-31"), at=AT + HOUR)
    merge(other, customer, AT + 2 * HOUR)
    tell(add("C-1", 3), at=AT + 3 * HOUR)

    assert points(client, "M-1", points_only="true") == points(client, "C-1", points_only="true") == [3, 7]
    assert [event.get("expdate") for event in events(client, points_only="true")] == [None, "2027-01-31"]


def test_only_exposed_actions_come(client: Client) -> None:
    make_customer("C-1", points=5)
    EventType.objects.filter(action="point_add").update(exposed=False)
    assert actions(client) == ["opt_in"]
    assert actions(client, action="point_add") == []
    assert ask(client, "/customers/C-1/events", limit="1").keys() == {"data"}


def test_other_customers_events_stay_away(client: Client) -> None:
    make_customer("C-1")
    tell(checkout(make_customer("C-2", points=5), "T-2", 20))
    assert actions(client) == ["opt_in"]
    assert actions(client, **{"properties.transaction_id": "T-2"}) == []


def test_an_external_id_names_the_customer(client: Client) -> None:
    Field.objects.create(slug="card", name="Card", type="string", external_id=True)
    make_customer("C-1", card="77")
    assert actions(client, "card:77") == ["opt_in"]


def test_who_was_brought_is_named_by_the_id_of_today_and_not_at_all_once_erased(client: Client) -> None:
    make_customer("C-1")
    make_customer("C-2", email="ben@example.com")
    tell(Incoming("C-1", "referral", {"referred": "C-2"}))
    EventType.objects.filter(action="referral").update(default_points=1)
    named = {"name": "referred", "label": "Referred customer", "value": "C-2"}
    assert [event["properties"] for event in events(client, action="referral")] == [[named]]
    assert "ben@example.com" not in client.get(f"/customers/C-1/events?api_key={KEY}").content.decode()

    tell(Incoming("C-2", "opt_out", {}))
    assert [event["properties"] for event in events(client, action="referral")] == [[]]
    entities = ask(client, "/v1/customers/C-1/events")["payload"]["events"]
    [entity] = [one for one in entities if one["action"] == "referral"]
    assert entity["properties"] == {}


@pytest.mark.parametrize("value", [[], {}, [1], "1", 1.5])
def test_an_attribute_without_a_name_is_told_as_it_was_sent(client: Client, value: Any) -> None:
    tell(Incoming("C-1", "opt_in", {}), Incoming("C-1", "profile", {"": value}), at=AT)

    [profile, _] = events(client)
    assert [one["value"] for one in profile["properties"] if one["name"] == ""] == [value]


def test_an_attribute_without_a_name_names_nobody(client: Client) -> None:
    """Beside a referral, whose key the same list reads."""
    tell(Incoming("C-1", "opt_in", {}), Incoming("C-2", "opt_in", {}), at=AT)
    tell(Incoming("C-1", "referral", {"referred": "C-2"}), at=AT)
    other = Event.objects.get(action="referral_points").customer_id
    tell(Incoming("C-1", "profile", {"": other}), at=AT)

    [profile] = [event for event in events(client) if event["action"] == "profile"]
    assert [one["value"] for one in profile["properties"]] == [other]


@pytest.mark.parametrize("customer", ["nobody", "card:77", "-x", "a%00b"])
@pytest.mark.parametrize(
    "path", ["events", "history", "transactions", "transactions/-/search", "transactions/T", "transactions/T/events"]
)
def test_an_unknown_customer_is_not_found(client: Client, customer: str, path: str) -> None:
    assert refused(client, f"/customers/{customer}/{path}") == (
        404,
        {"type": "NotFoundException", "code": 160212, "message": "Customer not found"},
    )


@pytest.mark.parametrize(
    "path", ["events", "transactions", "transactions/-/search", "transactions/T-1", "transactions/T-1/events"]
)
def test_who_is_gone_is_unknown(client: Client, path: str) -> None:
    tell(checkout(make_customer("C-1"), "T-1", 20))
    assert ask(client, f"/customers/C-1/{path}")["data"]
    tell(Incoming("C-1", "opt_out", {}))
    assert refused(client, f"/customers/C-1/{path}")[1]["code"] == 160212


def test_a_list_that_takes_too_long_is_refused_with_the_cure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_customer("C-1")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (customer_id, action, points, data, source, source_detail, user_agent, occurred_at,"
            " recorded_at, program_version) SELECT customer_id, 'login', 0, '{}', 'api', '', '', now(), now(), 1"
            " FROM events_event, generate_series(1, 20000)"
        )
    monkeypatch.setattr(timeout, "SECONDS", 0.001)
    assert refused(client, "/customers/C-1/events", offset="19000") == (
        400,
        {
            "type": "BadRequestException",
            "code": 300122,
            "message": "The list takes more than 0.001 seconds: ask for a shorter time, or for fewer events by limit and offset",
        },
    )


@pytest.mark.parametrize("merges", [False, True])
def test_a_list_asks_as_much_for_one_event_as_for_three(client: Client, merges: bool) -> None:
    configure(multi_accounts=True)
    customer = make_customer("C-1")
    events(client)
    counts = []
    for number in range(3):
        tell(add("C-1", 5, expdate="2027-01-31"))
        if merges:
            merge(make_customer(f"M-{number}", points=3), customer)
        with CaptureQueriesContext(connection) as captured:
            assert len(events(client, action="point_add")) == (number + 1) * (2 if merges else 1)
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
