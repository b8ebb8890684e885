"""The Entities API against the vendor's published `entities.yml`, which has shapes of lists and rewards only, and those of
refusals and of bulk answers."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.api_keys import development_key
from tests.coupons.pooling import make_pool
from tests.prove.vendor import Operation, assert_only, deviations, needs_files, request_deviations
from tests.reward_catalogue.rewarding import make_category
from tests.segments.segmenting import make_segment

pytestmark = [pytest.mark.prove, pytest.mark.django_db, needs_files]
FILE = "entities.yml"
LISTS, LIST = "/entities/core/customer-list", "/entities/core/customer-list/{entity_id}"
KINDS, KIND = "/entities/{module}/{entity}", "/entities/{module}/{entity}/{entity_id}"
# The file shows the error without the wrapper that its clients read.
WRAPPED = {
    "type: missing": "in `error`",
    "code: missing": "in `error`",
    "message: missing": "in `error`",
    "error: unknown": "the wrapper",
}
REWARDS, REWARD = "/entities/rewards/reward", "/entities/rewards/reward/{entity_id}"
PRODUCT = {"name": "Mug", "price": 5}
# What a reward of ours has beside, and one deviation each that the file's own examples have as well.
OURS = (
    "audience", "content", "countdown_until_end", "countdown_until_start", "coupon_pools", "custom_data",
    "display_coming_soon", "download_url", "gallery", "image_url", "limit", "lock", "lock_seconds", "max_price", "message",
    "order", "price_step", "stores", "transfer_coupon_expiration", "transfer_coupon_expires_in", "transfer_limit",
    "transfer_points", "transferable", "transferrable", "user_notification", "visibility", "webhook_data",
)  # fmt: skip


@pytest.fixture(autouse=True)
def key() -> None:
    development_key("till-key", "Till")


def ask(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    answer = client.generic(method, f"{path}?api_key=till-key", data, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_list_from_its_creation_to_its_end(client: Client) -> None:
    made = ask(client, "PUT", LISTS, {"name": "VIP"})
    assert_only(deviations(Operation(FILE, "PUT", LISTS), made), {})
    path = f"{LISTS}/{made['id']}"
    assert_only(deviations(Operation(FILE, "GET", LIST), ask(client, "GET", path)), {})
    changed = ask(client, "POST", path, {"name": "Best", "status": "inactive"})
    assert_only(deviations(Operation(FILE, "POST", LIST), changed), {})
    assert_only(deviations(Operation(FILE, "DELETE", LIST), ask(client, "DELETE", path)), {})
    unknown = ask(client, "GET", path, status=400)
    assert_only(deviations(Operation(FILE, "GET", LIST), unknown, 400), {})


def test_a_reward_from_its_creation_to_its_end(client: Client) -> None:
    make_pool("spring")
    make_segment("buyers", "bought")
    make_category()
    both = {"en": "One", "de": "Eins"}
    texts = dict.fromkeys(
        ("name", "description", "redeem_instructions", "terms", "claim_button_label", "restricted_message"), both
    )
    body = {
        **texts, "type": "coupon", "price": {"EUR": 500, "USD": 500}, "coupon_pool": "spring", "segments": ["buyers"],
        "category": "drinks", "account": "main", "cost": 150.5, "repeat_interval": "1 week", "stock": 42, "max_claims": 90,
        "starts_at": "2020-07-21T12:00:00+00:00", "ends_at": "2020-12-21T12:00:00+00:00",
    }  # fmt: skip
    simple = {"name": "One", "description": "First", "claim_button_label": "Get it", "price": 100, "type": "coupon"}

    made = ask(client, "PUT", REWARDS, simple)
    # The file types these as texts, and its examples are a number and flags.
    typed = dict.fromkeys(
        (
            f"{name}: type"
            for name in ("price", "hide_restricted", "notifications", "user_notification", "transferable")
        ),
        "as the examples are",
    )
    assert_only(deviations(Operation(FILE, "PUT", REWARDS), made), typed)
    path = f"{REWARDS}/{made['id']}"
    changed = ask(client, "POST", path, body | {"type": "coupon"})
    ours = {f"{name}: unknown": "ours" for name in OURS}
    assert_only(deviations(Operation(FILE, "POST", REWARD), changed), ours)
    assert_only(deviations(Operation(FILE, "GET", REWARD), ask(client, "GET", path)), ours)
    [listed] = ask(client, "GET", REWARDS)["data"]
    assert_only(deviations(Operation(FILE, "GET", REWARDS), listed), ours)
    assert_only(deviations(Operation(FILE, "DELETE", REWARD), ask(client, "DELETE", path)), {})
    unknown = ask(client, "GET", path, status=400)
    assert_only(deviations(Operation(FILE, "GET", REWARD), unknown["error"], 400), {})


def test_lists_are_in_data_as_the_file_says_of_all_other_types(client: Client) -> None:
    ask(client, "PUT", LISTS, {"name": "VIP"})
    found = ask(client, "GET", LISTS)
    [one] = found["data"]
    assert_only(deviations(Operation(FILE, "GET", LISTS), one), {})


def test_refusals_are_in_the_wrapper_with_the_attributes_of_the_file(client: Client) -> None:
    for method, kind, path, body in (
        ("GET", KINDS, "/entities/contests/contest", None),
        ("PUT", KINDS, "/entities/products/product", {"name": "Mug"}),
        ("POST", KIND, "/entities/products/product/nothing", {}),
        ("GET", KIND, "/entities/products/product/nothing", None),
    ):
        answer = ask(client, method, path, body, 400)
        assert_only(deviations(Operation(FILE, method, kind), answer["error"], 400), {})
        assert_only(deviations(Operation(FILE, method, kind), answer, 400), WRAPPED)


def test_a_deletion_is_a_list_of_a_text(client: Client) -> None:
    ask(client, "PUT", "/entities/stores/store/vienna", {"name": "Vienna", "status": "inactive"})
    assert_only(deviations(Operation(FILE, "DELETE", KIND), ask(client, "DELETE", "/entities/stores/store/vienna")), {})


def test_answers_in_bulk(client: Client) -> None:
    bulk = Operation(FILE, "POST", "/entities")
    call = {"method": "PUT", "type": "products/product", "id": "mug", "data": PRODUCT}
    body = {"entities": [{**call, "data": [PRODUCT]}], "error_handling": "pre-check"}
    # The file types `data` as a list, and shows an object.
    assert_only(request_deviations(bulk, body), {})
    fine = ask(client, "POST", "/entities", {"entities": [call], "error_handling": "pre-check"})
    assert_only({one for one in deviations(bulk, fine) if "example" not in one}, {})
    wrong = {"entities": [{**call, "data": {}}], "error_handling": "pre-check"}
    assert_only(
        {one for one in deviations(bulk, ask(client, "POST", "/entities", wrong, 404), 404) if "example" not in one}, {}
    )
