"""`/v1/bulk-operation/customer-list` as published, with the codes per customer."""

import json
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from loyalty.bulk.models import BulkRequest
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from tests.api_keys import development_key
from tests.bulk.gifts import done
from tests.engine.world import NOW, accepted, event
from tests.lists.lists import STAFF, make_lists, members, on, put, set_status

pytestmark = pytest.mark.django_db
ROOT = "/v1/bulk-operation/customer-list"


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()
    make_lists("vip")


def post(client: Client, path: str, body: Any, status: int = 200) -> Any:
    data = json.dumps(body).encode()
    answer = client.post(f"{ROOT}/{path}?api_key=till-key", data, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def get(client: Client, path: str, status: int = 200, query: str = "") -> Any:
    answer = client.get(f"{ROOT}/{path}?api_key=till-key{query}")
    assert answer.status_code == status, answer.content
    return answer.json()


def asked(client: Client, *names: Any, way: str = "add", batch: str = "") -> str:
    metadata = {"metadata": {"external_batch_id": batch}} if batch else {}
    found = post(client, f"{way}/vip", {"customers": list(names), **metadata})
    assert found["status"] == "success"
    assert found["payload"] == {"batch_id": found["metadata"]["external_batch_id"]}
    return str(found["metadata"]["external_batch_id"])


def run(batch: str) -> BulkRequest:
    return done(BulkRequest.objects.get(batch=batch))


def not_found(code: int, message: str) -> dict[str, Any]:
    return {"status": "error", "error": {"type": "NotFoundException", "code": code, "message": message}}


def test_known_unknown_and_opted_out_are_three_customers_and_two_errors(client: Client) -> None:
    members("ann", "gone")
    accepted(event("gone", "opt_out"))

    batch = asked(client, "ann", "nobody", "gone")
    status = get(client, f"{batch}/status")
    assert status["payload"] == {"batch_status": "queued", "number_of_customers": 3}
    run(batch)

    status = get(client, f"{batch}/status")
    assert status["payload"] == {"batch_status": "done", "number_of_customers": 3}
    told = status["metadata"]["bulk_operation_error"]
    assert told == {"number_of_errors": 2, "url": f"http://testserver{ROOT}/{batch}/status/error"}
    unknown = {"customer_list": "vip", "error_message": "Customer not found", "error_code": 160212}
    for path in ("status/errors", "status/error"):
        assert get(client, f"{batch}/{path}") == {
            "status": "success",
            "metadata": {"pagination": {"total": 2}},
            "payload": {"number_of_errors": 2, "customers": {"nobody": unknown, "gone": unknown}},
        }
    assert on("vip") == ["ann"]


def test_each_error_per_customer_has_its_code(client: Client) -> None:
    members("there", "away", "asleep")
    accepted(event("asleep", "suspend"))
    put("there", "vip")

    added, removed = asked(client, "there", "asleep"), asked(client, "away", way="remove")
    run(added)
    run(removed)

    def codes(batch: str) -> dict[str, int]:
        customers = get(client, f"{batch}/status/errors")["payload"]["customers"]
        return {name: error["error_code"] for name, error in customers.items()}

    assert codes(added) == {"there": 330541, "asleep": 160216}
    assert codes(removed) == {"away": 330542}


def test_customers_are_taken_off_again(client: Client) -> None:
    members("ann", "ben")
    added, removed = asked(client, "ann", "ben"), asked(client, "ben", way="remove")
    run(added)
    run(removed)

    assert on("vip") == ["ann"]
    told = Event.objects.filter(action__startswith="customer_list").order_by("id").values_list("action", "source")
    assert list(told) == [("customer_list_add", "api")] * 2 + [("customer_list_remove", "api")]


def test_a_batch_without_errors_has_none(client: Client) -> None:
    members("ann")
    batch = asked(client, "ann")
    run(batch)

    found = get(client, f"{batch}/status/errors")
    assert (found["payload"], found["metadata"]) == (
        {"number_of_errors": 0, "customers": {}},
        {"pagination": {"total": 0}},
    )


def test_errors_come_in_pages(client: Client) -> None:
    batch = asked(client, *(f"no-{number}" for number in range(5)))
    run(batch)

    first = get(client, f"{batch}/status/errors", query="&limit=2&offset=2")
    assert list(first["payload"]["customers"]) == ["no-2", "no-3"]
    where = f"{ROOT}/{batch}/status/errors"
    assert first["metadata"]["pagination"] == {
        "total": 5, "next": f"{where}?limit=2&offset=4", "previous": f"{where}?limit=2&offset=0",
    }  # fmt: skip
    assert get(client, f"{batch}/status/errors", 400, "&limit=0")["error"]["code"] == 300123


@pytest.mark.parametrize(("way", "code"), [("add", 330501), ("remove", 330511)])
def test_an_unknown_list_and_an_archived_one_are_not_found(client: Client, way: str, code: int) -> None:
    set_status("vip", "inactive", "archived")

    for slug in ("nothing", "vip", "%00"):
        assert post(client, f"{way}/{slug}", {"customers": ["ann"]}, 404) == not_found(code, "Customer List not found")


@pytest.mark.parametrize("body", [{}, {"customers": []}, {"customers": "ann"}, {"customers": None}])
def test_without_customers_there_is_nothing_to_do(client: Client, body: Any) -> None:
    error = post(client, "add/vip", body, 400)
    assert (error["status"], error["error"]["code"]) == ("error", 330502)


@pytest.mark.parametrize("name", ["", " ", "x" * 256, None, True, 1.5, ["ann"], {}])
def test_an_id_that_is_none_is_refused_at_its_place(client: Client, name: Any) -> None:
    error = post(client, "add/vip", {"customers": ["ann", name]}, 400)["error"]
    assert error["message"] == "'customers[1]' must be an ID: a text of 1 to 255 characters"
    assert not BulkRequest.objects.exists()


def test_a_number_is_an_id_too(client: Client) -> None:
    members("17")
    run(asked(client, 17))
    assert on("vip") == ["17"]


def test_more_than_a_hundred_thousand_customers_are_not_taken(client: Client) -> None:
    error = post(client, "add/vip", {"customers": [str(number) for number in range(100_001)]}, 400)["error"]
    assert error["code"] == 330502


def test_a_request_may_be_larger_than_others(client: Client) -> None:
    names = [f"{number:040}" for number in range(30_000)]

    assert BulkRequest.objects.get(batch=asked(client, *names)).items == 30_000
    body = {"customers": ["x" * 200] * 45_000}
    assert post(client, "add/vip", body, 413)["error"]["type"] == "PayloadTooLargeException"


# Batches


def test_the_same_batch_gets_the_same_answer_and_another_body_a_conflict(client: Client) -> None:
    members("ann", "ben")
    assert asked(client, "ann", batch="b 1") == asked(client, "ann", batch="b 1") == "b 1"
    run("b 1")
    assert asked(client, "ann", batch="b 1") == "b 1"

    body = {"customers": ["ben"], "metadata": {"external_batch_id": "b 1"}}
    error = post(client, "add/vip", body, 409)
    assert error["error"]["type"] == "ConflictException"
    same = {"customers": ["ann"], "metadata": {"external_batch_id": "b 1"}}
    assert post(client, "remove/vip", same, 409)["error"]["type"] == "ConflictException"
    assert (BulkRequest.objects.count(), on("vip")) == (1, ["ann"])
    assert Event.objects.filter(action="customer_list_add").count() == 1


@pytest.mark.parametrize("batch", [5, "x" * 65, "a/b", "a\nb", ["b"]])
def test_a_batch_id_that_is_none_is_refused(client: Client, batch: Any) -> None:
    post(client, "add/vip", {"customers": ["ann"], "metadata": {"external_batch_id": batch}}, 400)
    post(client, "add/vip", {"customers": ["ann"], "metadata": [batch]}, 400)
    assert not BulkRequest.objects.exists()


def test_an_unknown_batch_is_not_found(client: Client) -> None:
    assert get(client, "nothing/status", 404) == not_found(330521, "Batch ID is not found")
    for path in ("status/errors", "status/error"):
        assert get(client, f"nothing/{path}", 404) == not_found(330531, "Batch ID is not found")


def test_a_key_needs_the_scope_and_the_action(client: Client) -> None:
    development_key("events", "Events", apis=["events"])
    development_key("orders", "Orders", actions=["checkout"])

    for name in ("events", "orders"):
        answer = client.post(f"{ROOT}/add/vip?api_key={name}", {"customers": ["ann"]}, content_type="application/json")
        assert answer.status_code == 403
    assert not BulkRequest.objects.exists()


def test_who_leaves_the_list_meanwhile_is_told_by_a_request_that_comes_later(client: Client) -> None:
    members("ann")
    put("ann", "vip")
    batch = asked(client, "ann", way="remove")
    record([Incoming("ann", "customer_list_remove", {"customer_list": "vip"})], by=STAFF, at=NOW)
    run(batch)

    assert get(client, f"{batch}/status/errors")["payload"]["customers"]["ann"]["error_code"] == 330542
