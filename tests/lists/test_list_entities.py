"""`/entities/core/customer-list` as published: PUT creates, POST changes, DELETE archives."""

import json
from typing import Any

import pytest
from django.test import Client

from loyalty import composition, contributions
from loyalty.staff.audit.models import AuditEntry
from segments.lists.bindings import ListUse
from segments.lists.models import CustomerList
from tests.api_keys import development_key
from tests.lists.lists import make_lists, members, on, put, set_status, statuses

pytestmark = pytest.mark.django_db
ROOT = "/entities/core/customer-list"


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()


def ask(client: Client, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
    data = b"" if body is None else json.dumps(body).encode()
    answer = client.generic(method, f"{ROOT}{path}?api_key=till-key", data, content_type="application/json")
    return answer.status_code, answer.json()


def refusal(message: str, code: int = 0) -> tuple[int, dict[str, Any]]:
    return 400, {"error": {"type": "BadRequestException", "code": code, "message": message}}


UNKNOWN = refusal("Customer List not found", 300400)


def test_a_list_is_created_as_a_draft(client: Client) -> None:
    status, made = ask(client, "PUT", body={"name": "VIP members"})

    assert (status, made) == (200, {"id": made["id"], "status": "draft"})
    assert len(made["id"]) == 24
    assert ask(client, "GET", f"/{made['id']}") == (200, {"id": made["id"], "name": "VIP members", "status": "draft"})


def test_lists_are_shown_in_the_order_of_their_ids_without_archived_ones(client: Client) -> None:
    make_lists("b", "a", "gone")
    set_status("gone", "inactive", "archived")

    assert ask(client, "GET") == (
        200, {"data": [{"id": "a", "name": "A", "status": "active"}, {"id": "b", "name": "B", "status": "active"}]},
    )  # fmt: skip
    assert ask(client, "GET", "/gone") == UNKNOWN


def test_name_and_status_are_changed_together_or_alone(client: Client) -> None:
    make_lists("vip")

    assert ask(client, "POST", "/vip", {"name": "Best"}) == (200, {"id": "vip", "name": "Best", "status": "active"})
    assert ask(client, "POST", "/vip", {"status": "inactive"})[1]["status"] == "inactive"
    both = {"name": "Good", "status": "active"}
    assert ask(client, "POST", "/vip", both) == (200, {"id": "vip", **both})
    assert ask(client, "POST", "/vip", {}) == (200, {"id": "vip", **both})


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}])
def test_a_name_is_required(client: Client, body: dict[str, Any]) -> None:
    assert ask(client, "PUT", body=body) == refusal("'name' property is required")


def test_an_id_that_is_the_address_of_a_page_is_refused(client: Client) -> None:
    refused = ask(client, "PUT", body={"name": "New", "id": "new"})

    assert refused == refusal("'id' must not be the address of another page: choose another ID")
    assert not CustomerList.objects.exists()


@pytest.mark.parametrize("name", [" ", "x" * 101, 5, ["x"], {"en": "VIP"}])
def test_a_name_is_a_text_of_100_characters(client: Client, name: Any) -> None:
    make_lists("vip")
    wrong = refusal("'name' must be a text of 1 to 100 characters")

    assert ask(client, "PUT", body={"name": name}) == wrong
    assert ask(client, "POST", "/vip", {"name": name}) == wrong
    assert CustomerList.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("asleep", "'status' must be one of draft, active, inactive, archived"),
        (5, "'status' must be one of draft, active, inactive, archived"),
        ("draft", "'status' cannot be 'draft' now. The status cannot be draft again"),
        ("archived", "'status' cannot be 'archived' now. A list is archived by deleting it"),
    ],
)
def test_a_status_that_cannot_be_is_refused(client: Client, status: Any, message: str) -> None:
    make_lists("vip")

    assert ask(client, "POST", "/vip", {"status": status}) == refusal(message)
    assert statuses() == [("vip", "active")]


def test_only_an_inactive_list_is_archived_and_then_it_is_not_there(client: Client) -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")

    assert ask(client, "DELETE", "/vip") == refusal("Only inactive customer lists can be archived")
    ask(client, "POST", "/vip", {"status": "inactive"})
    assert ask(client, "DELETE", "/vip") == (200, ["ok"])

    assert statuses() == [("vip", "archived")]
    for method, body in (("GET", None), ("POST", {"name": "X"}), ("DELETE", None)):
        assert ask(client, method, "/vip", body) == UNKNOWN
    assert on("vip") == ["ann"]  # until the sweep has come


def test_a_list_that_is_used_is_not_archived_and_what_uses_it_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_lists("vip", status="inactive")
    use = ListUse(lambda slug: ["Free coffee", "Spring offer"] if slug == "vip" else [])
    with monkeypatch.context() as patch:
        patch.setattr(composition, "CONTRIBUTIONS", (*composition.CONTRIBUTIONS, use))
        contributions._contributed.cache_clear()
        found = ask(client, "DELETE", "/vip")
    contributions._contributed.cache_clear()

    assert found == refusal("The customer list is used by: Free coffee, Spring offer")
    assert statuses() == [("vip", "inactive")]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("id", ["nothing", "%00"])
def test_an_unknown_list_has_a_code_of_its_own(client: Client, method: str, id: str) -> None:
    assert ask(client, method, f"/{id}", {} if method == "POST" else None) == UNKNOWN


def test_the_same_request_with_a_key_of_its_own_creates_one_list(client: Client) -> None:
    body = json.dumps({"name": "VIP"}).encode()
    headers = {"Idempotency-Key": "k1"}
    made = [
        client.generic("PUT", f"{ROOT}?api_key=till-key", body, content_type="application/json", headers=headers).json()
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert CustomerList.objects.count() == 1


def test_the_trail_tells_what_integrators_did(client: Client) -> None:
    made = ask(client, "PUT", body={"name": "VIP"})[1]["id"]
    ask(client, "POST", f"/{made}", {"status": "inactive"})
    ask(client, "DELETE", f"/{made}")

    told = AuditEntry.objects.filter(subject=f"customer_list:{made}").order_by("id").values_list("operation", flat=True)
    assert list(told) == ["list.create", "list.change", "list.archive"]


def test_a_key_needs_the_scope(client: Client) -> None:
    development_key("other", "Other", apis=["events"])

    answer = client.put(f"{ROOT}?api_key=other", {"name": "VIP"}, content_type="application/json")
    assert answer.status_code == 403
    assert not CustomerList.objects.exists()
