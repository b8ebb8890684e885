"""`/entities/rewards/reward`: the examples of the manual, every field in its spellings, bounds, and what is archived."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rewards.catalogue.models import Reward
from rewards.catalogue.operations import change_reward
from tests.api.entities.asking import TAKEN, UNKNOWN, ask, refusal
from tests.api_keys import development_key
from tests.coupons.pooling import make_pool
from tests.reward_catalogue.rewarding import BY, make_category, make_reward
from tests.segments.segmenting import make_segment

pytestmark = pytest.mark.django_db
PATH = "/rewards/reward"
MINIMAL = {
    "name": "Example",
    "description": "This is a reward created in custom entities",
    "price": 100,
    "type": "coupon",
}


@pytest.fixture(autouse=True)
def key() -> None:
    development_key()


def put(client: Client, **body: Any) -> tuple[int, Any]:
    return ask(client, "PUT", PATH, {**MINIMAL, **body})


def wrong(client: Client, **body: Any) -> str:
    status, found = put(client, **body)
    assert status == 400, found
    return str(found["error"]["message"])


def change(client: Client, **body: Any) -> Any:
    status, found = ask(client, "POST", f"{PATH}/latte", body)
    assert status == 200, found
    return found


def test_the_minimal_reward_of_the_manual(client: Client) -> None:
    status, found = put(client)

    assert (status, found) == (
        200,
        {
            **MINIMAL,
            "id": Reward.objects.get().slug,
            "status": "inactive",
            "claim_button_label": None,
            "hide_restricted": False,
            "notifications": False,
            "user_notification": False,
            "transferable": False,
        },
    )


def test_the_list_of_the_manual(client: Client) -> None:
    """As it is printed there, but for times that are not set, which are null."""
    make_segment("5ef1ad79a44b5e15008b456e", "bought")
    make_category("5ef1ad79a44b5e15008b456e")
    printed = {
        "id": "5f05b989a44bc1c44008b4590",
        "name": {"en": "Reward name"},
        "description": {"en": "Reward description"},
        "redeem_instructions": {"en": "Redeem instructions"},
        "terms": {"en": "Terms & Conditions"},
        "type": "coupon",
        "starts_at": {},
        "ends_at": {},
        "message": "Message",
        "claim_button_label": {"en": "Claim"},
        "category": {"id": "5ef1ad79a44b5e15008b456e"},
        "segments": [{"id": "5ef1ad79a44b5e15008b456e"}],
        "cost": "150.5",
        "hide_restricted": False,
        "hidden": False,
        "restricted_message": {"en": "Message"},
        "repeat_interval": "1 week",
        "stock": 42,
        "max_claims": 90,
        "notifications": False,
        "user_notifications": False,
        "status": "inactive",
        "price": {"EUR": 500},
    }
    assert ask(client, "PUT", PATH, printed)[0] == 200

    for path in ("/Rewards", "/rewards/", "/Rewards/reward/", "/Rewards/Reward", PATH):
        status, found = ask(client, "GET", path)
        assert (status, list(found)) == (200, ["data"])
        [one] = found["data"]
        named = {**printed["segments"][0], "name": printed["segments"][0]["id"], "status": "active"}  # type: ignore[index]
        expected = {**printed, "starts_at": None, "ends_at": None, "segments": [named]}
        assert {name: one[name] for name in printed} == expected


def test_every_field_of_the_manual_in_both_spellings(client: Client) -> None:
    make_pool("spring")
    body = {
        "claim_button_label": "Get it", "cost": 1.5, "countdown_until_end": True, "countdown_until_start": "true",
        "coupon_pool": "spring", "display_coming_soon": 1, "ends_at": "2026-12-31", "hidden": False,
        "hide_restricted": "0", "image_url": "https://shop.example.com/a.png", "limit": 3, "max_price": None,
        "notifications": True, "price_ste": None, "redeem_instructions": "Show it", "repeat_interval": "36 hours",
        "restricted_message": {"en": "Not you", "de": "Nicht du"}, "starts_at": "2026-01-31T12:00:00+01:00", "stock": "42",
        "terms": "None", "user_notification": True, "visibility": "app", "transferrable": True,
        "webhook_data": [{"key": "sku", "value": "1"}, {"colour": "blue"}], "cf_color": "blue", "custom_data": {"size": 2},
        "gallery": ["https://shop.example.com/b.png"], "transfer_coupon_expiration": "extend",
        "transfer_coupon_expires_in": "2 months", "lock": "reward", "lock_seconds": 5, "order": 7,
    }  # fmt: skip

    assert put(client, id="latte", **body)[0] == 200

    found = ask(client, "GET", f"{PATH}/latte")[1]
    expected = {
        "claim_button_label": {"en": "Get it"}, "cost": "1.5", "countdown_until_end": True, "countdown_until_start": True,
        "coupon_pool": "spring", "coupon_pools": ["spring"], "display_coming_soon": True,
        "ends_at": "2027-01-01T00:00:00+00:00", "hide_restricted": False, "limit": 3, "max_claims": 3, "notifications": True,
        "repeat_interval": "36 hours", "restricted_message": {"en": "Not you", "de": "Nicht du"},
        "starts_at": "2026-01-31T11:00:00+00:00", "stock": 42, "terms": {"en": "None"}, "user_notification": True,
        "user_notifications": True, "visibility": "app", "transferable": True, "transferrable": True,
        "webhook_data": {"sku": "1", "colour": "blue"}, "cf_color": "blue", "custom_data": {"size": 2, "cf_color": "blue"},
        "price": {"EUR": 100}, "transfer_coupon_expires_in": "2 months", "lock": "reward", "order": 7,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected


def test_what_was_read_is_sent_back_and_changes_nothing(client: Client) -> None:
    make_pool("spring"), make_pool("summer")
    make_segment("buyers", "bought")
    make_reward(
        type="bundle", pools=["spring", "summer"], audience={"any": [{"segment": "buyers"}]}, cost="2", max_claims=2,
        custom_data={"cf_a": 1}, starts_at="2026-01-01", repeat_interval={"after": 1, "unit": "weeks"}, stock=5,
    )  # fmt: skip
    before = ask(client, "GET", f"{PATH}/latte")[1]

    assert change(client, **before) == before
    assert change(client, **{**before, "limit": 5})["max_claims"] == 5
    assert change(client, **{**before, "cf_a": 2})["custom_data"] == {"cf_a": 2}
    assert change(client, **{**before, "segments": []})["audience"] == {}
    copied = {**before, "id": "copy", "status": "inactive"}
    assert ask(client, "PUT", PATH, copied)[0] == 200
    copy = ask(client, "GET", f"{PATH}/copy")[1]
    assert {**copy, "id": "latte", "status": "active"} == before
    assert change(client, cf_a=None)["custom_data"] == {}


def test_an_update_changes_what_it_names_but_never_the_id_or_the_type(client: Client) -> None:
    make_reward(description={"en": "Hot"}, message="Hi")

    found = change(client, name={"en": "Mocha"}, price="80", message=None, status="inactive")

    assert (found["name"], found["price"], found["description"]) == ({"en": "Mocha"}, {"EUR": 80}, {"en": "Hot"})
    assert (found["message"], found["status"]) == (None, "inactive")
    for name, value in (("id", "other"), ("type", "coupon")):
        assert ask(client, "POST", f"{PATH}/latte", {name: value}) == refusal(f"'{name}' cannot be changed")
    told = "'status' must be active or inactive; DELETE archives a reward"
    assert ask(client, "POST", f"{PATH}/latte", {"status": "archived"}) == refusal(told)
    assert ask(client, "POST", f"{PATH}/latte", {"status": "active", "price": None})[0] == 400


def test_the_stock_that_is_written_is_what_is_left(client: Client) -> None:
    make_reward()

    assert change(client, stock=5)["stock"] == 5
    assert change(client, stock=None)["stock"] is None
    assert ask(client, "POST", f"{PATH}/latte", {"stock": True})[0] == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": None}, "'name' property is required"),
        ({"type": ""}, "'type' property is required"),
        ({"type": "gold"}, "'type' must be one of "),
        ({"price": 1.5}, "'price' must be a whole number of points, or an object of them by currency"),
        ({"price": {"euro": 1}}, "'price.euro' must be named by an ISO 4217 code such as EUR, or nothing"),
        ({"price": 10**12}, "'price.EUR' must be a whole number from 0 to 1000000000"),
        ({"limit": 1, "max_claims": 2}, "'max_claims' must be the same as 'limit': both are one property"),
        ({"repeat_interval": "often"}, "'repeat_interval' must be a number and a unit, such as 1 week"),
        ({"repeat_interval": "9000 years"}, "'repeat_interval' must be within ten years"),
        ({"ends_at": "soon"}, "'ends_at' must be a date such as 2026-01-31T12:00:00+01:00 or 2026-01-31"),
        ({"hidden": "maybe"}, "'hidden' must be true or false"),
        ({"name": "x" * 201}, "'name.en' must be a text of at most 200 characters"),
        ({"name": "a\x00b"}, "'name' contains a NUL character"),
        ({"webhook_data": "x"}, "'webhook_data' must be an object, or a list of objects with a key and a value"),
        ({"segments": ["nothing"]}, "'segments' names no segment that there is: nothing"),
        ({"segments": "buyers"}, "'segments' must be a list of IDs"),
        ({"coupon_pool": "nothing"}, "'coupon_pool' names a coupon pool that there is not: nothing"),
        ({"status": "active"}, "'status' must be inactive: a new reward is, and is activated by a change"),
        ({"id": "a b"}, "'id' must have 1 to 64 letters, digits, underscores and hyphens"),
        ({"cf_x": {"deep": []}}, "'cf_x' must be a text of at most 2000 characters, a number, true, false or null"),
    ],
)
def test_what_is_wrong_is_named_as_it_was_sent(client: Client, body: dict[str, Any], message: str) -> None:
    assert wrong(client, **body).startswith(message)
    assert Reward.objects.count() == 0


def test_only_inactive_rewards_are_deleted_and_then_they_are_nowhere(client: Client) -> None:
    make_reward()
    assert ask(client, "DELETE", f"{PATH}/latte") == refusal("Only inactive rewards can be archived")
    change(client, status="inactive")

    assert ask(client, "DELETE", f"{PATH}/latte") == (200, ["ok"])

    assert ask(client, "GET", PATH) == (200, {"data": []})
    for method in ("GET", "POST", "DELETE"):
        assert ask(client, method, f"{PATH}/latte", {}) == UNKNOWN
    assert put(client, id="latte") == TAKEN


def test_what_is_searched_for_is_found(client: Client) -> None:
    make_reward("a"), make_reward("b", status="inactive")

    assert [one["id"] for one in ask(client, "GET", PATH, query="status=active")[1]["data"]] == ["a"]
    assert ask(client, "GET", PATH, query="status=archived")[1] == {"data": []}


def test_three_rewards_take_as_many_queries_as_one(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert ask(client, "GET", PATH)[0] == 200
        return len(found)

    make_segment("buyers", "bought")
    for slug in ("a", "b", "c"):
        make_reward(slug, account="main", audience={"any": [{"segment": "buyers"}]})
        if slug == "a":
            queries()
            one = queries()
    assert queries() == one


def test_of_rewards_alone_there_is_a_list_by_one_word(client: Client) -> None:
    assert ask(client, "GET", "/products")[0] == 404


def test_categories_are_not_shown(client: Client) -> None:
    status, found = ask(client, "GET", "/rewards/category")

    assert (status, found["error"]["code"]) == (400, 300706)


def test_a_change_of_another_field_keeps_the_audience(client: Client) -> None:
    make_segment("buyers", "bought")
    make_reward(audience={"any": [{"segment": "buyers"}]})
    change_reward(slug="latte", values={"message": "x"}, by=BY)

    assert change(client, hidden=True)["segments"] == [{"id": "buyers", "name": "Buyers", "status": "active"}]
