"""Coupons on the wire: found, listed in two APIs, pools, bulk requests, redeemed by tills; guesses are slow and learn nothing."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coupons.api.guards import GUESSED
from coupons.models import Coupon, Pool
from coupons.stock.updating import change_coupons
from loyalty.api.access import guesses
from loyalty.api.access.limits import counter
from loyalty.api.keys.models import ApiKey
from loyalty.bulk.models import BulkRequest
from tests.api_keys import development_key
from tests.bulk.gifts import done
from tests.coupons.pooling import assign, do, make_cards, make_pool, members, status, the
from tests.engine.world import NOW

pytestmark = pytest.mark.django_db
POOL = {"name": "Summer", "source": "uploaded", "type": "amount", "value": 12.1}


@pytest.fixture(autouse=True)
def key() -> None:
    """Counters outlive a test: those of the key and of whoever guesses here."""
    made = development_key()
    names = [guesses._of_customer(GUESSED, made, name) for name in ("ann", "guesser", "m0", "m1")]
    counter().client.delete(guesses._of_key(GUESSED, made), *names)


def post(client: Client, path: str, body: Any, status: int = 200) -> Any:
    answer = client.post(f"{path}?api_key=till-key", json.dumps(body).encode(), content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def get(client: Client, path: str, expected: int = 200, /, **query: Any) -> Any:
    answer = client.get(path, {"api_key": "till-key", **query})
    assert answer.status_code == expected, answer.content
    return answer.json()


def refused(client: Client, path: str = "/v1/coupon-pools", **body: Any) -> int:
    found = post(client, path, {**POOL, **body}, 400)
    assert found["status"] == "error"
    return int(found["error"]["code"])


def test_a_pool_is_created_as_published(client: Client) -> None:
    body = {**POOL, "external_id": "uniqueExternalID", "purchase_minimum": 2, "expiration_time": "2 months"}

    found = post(client, "/v1/coupon-pools", body)

    made = Pool.objects.get()
    expected = {**body, "id": made.slug, "aggregated": False, "products": [], "stores": []}
    assert found == {"status": "success", "metadata": [], "payload": expected}
    assert get(client, f"/entities/Coupons/Pool/{made.slug}") == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"source": "generated"}, 202006),
        ({"source": None}, 202005),
        ({"name": None}, 202007),
        ({"name": 5}, 202008),
        ({"type": None}, 202009),
        ({"type": 5}, 202010),
        ({"type": "gold"}, 202011),
        ({"value": "5"}, 202012),
        ({"value": 0.005}, 202013),
        ({"value": 0}, 202014),
        ({"value": None}, 202014),
        ({"purchase_minimum": "x"}, 202015),
        ({"purchase_minimum": 0.5}, 202016),
        ({"type": "gift_card", "minimum_value": "x"}, 202017),
        ({"type": "gift_card", "minimum_value": 0.5}, 202018),
        ({"type": "gift_card", "minimum_redemption_value": []}, 202019),
        ({"type": "gift_card", "minimum_redemption_value": 0}, 202020),
        ({"type": "gift_card", "currency": 5}, 202021),
        ({"type": "gift_card", "currency": "E1"}, 202022),
        ({"expiration_time": 5}, 202023),
        ({"expiration_time": "soon"}, 202024),
        ({"expiration_time": "99 years"}, 202025),
        ({"aggregated": "yes"}, 202026),
        ({"stores": "s1"}, 202027),
        ({"stores": ["nowhere"]}, 202028),
        ({"products": "p1"}, 202029),
        ({"products": ["nothing"]}, 202029),
        ({"external_id": 123456}, 202030),
        ({"external_id": "short"}, 202032),
        ({"minimum_value": 5}, 202039),
        ({"minimum_redemption_value": 5}, 202040),
        ({"currency": "EUR"}, 202041),
    ],
)
def test_each_wrong_field_has_its_code_and_makes_nothing(client: Client, body: dict[str, Any], code: int) -> None:
    assert refused(client, **body) == code
    assert not Pool.objects.exists()


def test_an_external_id_used_twice_is_refused(client: Client) -> None:
    post(client, "/v1/coupon-pools", {**POOL, "external_id": "abcdef"})
    assert refused(client, external_id="abcdef") == 202031


def test_a_pool_is_updated_by_its_external_id_with_the_coupons_that_the_method_names(client: Client) -> None:
    post(client, "/v1/coupon-pools", {**POOL, "external_id": "abcdef"})
    pool = Pool.objects.get()
    done_batch(client, pool.slug, "add", ["A", "B"])
    Coupon.objects.filter(code="B").update(value=7)
    path = "/v1/coupon-pools/abcdef/update"

    body = {"value": 20, "update_method": "update_unassigned", "update_matching": True}
    found = post(client, path, body)
    change_coupons(now=lambda: NOW)

    assert found["metadata"] == {"update_method": "update_unassigned", "update_matching": True}
    assert found["payload"]["value"] == 20
    assert [int(one.value or 0) for one in Coupon.objects.order_by("code")] == [20, 7]
    assert post(client, "/v1/coupon-pools/nothing/update", body, 404)["error"]["code"] == 202001
    wrong = [{}, {"update_method": 5}, {"update_method": "x"}, {"update_method": "update_all", "update_matching": 1}]
    assert [post(client, path, one, 400)["error"]["code"] for one in wrong] == [202033, 202034, 202035, 202038]
    assert refused(client, path, type="percentage", update_method="update_all") == 202011


# Bulk


def done_batch(client: Client, pool: str, action: str, coupons: list[Any], batch: str = "") -> BulkRequest:
    metadata = {"metadata": {"external_batch_id": batch}} if batch else {}
    found = post(client, f"/v1/bulk-operation/coupons/{pool}/{action}", {"coupons": coupons, **metadata})
    return done(BulkRequest.objects.get(batch=found["payload"]["batch_id"]))


def test_codes_are_added_assigned_and_unassigned_in_bulk(client: Client) -> None:
    make_pool("spring", "A")
    members("ann", "ben")

    assert done_batch(client, "spring", "add", ["A", "B", "b c"], "b1").errors == 2
    named = [
        {"coupon_code": "a", "customer_id": "ann"},
        {"coupon_code": "NEW", "customer_id": "ben"},
        {"coupon_code": "C"},
    ]
    assert done_batch(client, "spring", "assign", [*named, {"coupon_code": "B", "customer_id": "nobody"}]).errors == 1
    assert [status(code) for code in ("A", "B", "C", "NEW")] == ["claimed", "unassigned", "unassigned", "claimed"]
    assert (
        done_batch(
            client, "spring", "unassign", [{"coupon_code": "A"}, {"coupon_code": "NEW", "customer_id": "ann"}]
        ).errors
        == 1
    )
    assert [status(code) for code in ("A", "NEW")] == ["unassigned", "claimed"]

    told = get(client, "/v1/bulk-operation/coupons/b1/status")
    assert told["payload"] == {"batch_status": "done", "number_of_coupons": 3}
    errors = get(client, "/v1/bulk-operation/coupons/b1/status/error")["payload"]
    assert errors["number_of_errors"] == 2
    assert errors["coupons"][0] == {
        "coupon_code": "A",
        "pool_id": "spring",
        "error_message": "The code is in the pool already",
        "error_code": 0,
    }


def test_more_than_50000_codes_are_refused_and_nothing_is_queued(client: Client) -> None:
    make_pool("spring")
    path = "/v1/bulk-operation/coupons/spring/add"

    assert post(client, path, {"coupons": [f"C{number}" for number in range(50_001)]}, 400)["error"]["code"] == 202003
    assert post(client, path, {"coupons": []}, 400)["error"]["code"] == 202002
    assert post(client, "/v1/bulk-operation/coupons/x/add", {"coupons": ["A"]}, 404)["error"]["code"] == 202001
    assert get(client, "/v1/bulk-operation/coupons/x/status", 404)["error"]["code"] == 202004
    assert get(client, "/v1/bulk-operation/coupons/x/status/error", 404)["error"]["code"] == 320504
    assert not BulkRequest.objects.exists()


# Found and listed


def test_coupons_are_found_by_code_and_by_status(client: Client) -> None:
    make_cards("CARD", minimum_value="5", purchase_minimum="20")
    make_pool("spring", "A", "B")
    members("ann")
    assign("ann", "cards")
    do("ann", "redeem", code="CARD", amount="12.50", purchase_total=30)

    [card] = get(client, "/coupons", code="card")["data"]
    assert card == {
        "code": "CARD",
        "name": "Cards",
        "status": "partially_redeemed",
        "type": "gift_card",
        "value": 50,
        "currency": "EUR",
        "created_at": "2026-03-01T12:00:00.000Z",
        "claimed_at": "2026-03-01T12:00:00.000Z",
        "pool": "cards",
        "customer": {"id": "ann"},
        "balance": 37.5,
        "min_amount": 5,
        "purchase_threshold": 20,
    }
    assert [one["code"] for one in get(client, "/coupons", status="unassigned")["data"]] == ["A", "B"]
    paged = get(client, "/coupons", status="unassigned", limit="1")
    assert ([one["code"] for one in paged["data"]], paged["next"]) == (
        ["A"],
        "/coupons?status=unassigned&limit=1&page=1",
    )
    assert [one["code"] for one in get(client, "/coupons", status="unassigned", limit="1", page="1")["data"]] == ["B"]
    assert get(client, "/coupons", code="nothing") == {"data": None}
    assert get(client, "/coupons", 400)["error"]["code"] == 160311


def test_a_customers_coupons_in_the_display_api(client: Client) -> None:
    make_pool("spring", "A", "B", "C", expires={"after": 1, "unit": "years"})
    members("ann")
    for code in "ABC":
        assign("ann", code=code)
    do("ann", "redeem", code="A")
    do("ann", "invalidate", code="B")

    found = get(client, "/customers/ann/coupons")["data"]

    assert [(one["code"], one["status"]) for one in found] == [("C", "claimed"), ("A", "redeemed")]
    assert found[1]["redeemed_at"] == "2026-03-01T12:00:00.000Z"
    end = the("A").expires_at
    assert end is not None
    last = end - dt.timedelta(seconds=1)
    assert dt.datetime.fromisoformat(found[1]["expires_at"]) == last
    assert [one["code"] for one in get(client, "/customers/ann/coupons", status="redeemed")["data"]] == ["A"]
    assert [
        one["code"] for one in get(client, "/customers/ann/coupons", code="c", type="amount", value="10")["data"]
    ] == ["C"]
    assert get(client, "/customers/ann/coupons", name="Other")["data"] == []
    assert get(client, "/customers/ann/coupons", 400, colour="red")["error"]["code"] == 300122
    assert get(client, "/customers/nobody/coupons", 404)["error"]["code"] == 160212


def test_a_customers_coupons_in_the_read_api(client: Client) -> None:
    make_cards("CARD")
    members("ann", "ben")
    assign("ann", "cards")
    do("ann", "transfer", to="ben", code="CARD")
    do("ben", "redeem", code="CARD", amount=10, transaction_id="t1")
    do("ben", "redeem", code="CARD", amount=10, transaction_id="t2")

    assert get(client, "/v1/customers/ann/coupons")["payload"] == {"coupons": []}
    [found] = get(client, "/v1/customers/ben/coupons", **{"filter[status][eq]": "partially_redeemed"})["payload"][
        "coupons"
    ]
    assert found == {
        "_id": str(the("CARD").id),
        "code": "CARD",
        "name": "Cards",
        "status": "partially_redeemed",
        "type": "gift_card",
        "value": 50,
        "currency": "EUR",
        "created_at": "2026-03-01T12:00:00+00:00",
        "claimed_at": "2026-03-01T12:00:00+00:00",
        "pool": "cards",
        "balance": 30,
        "original": "ann",
        "aggregated": False,
        "claims": 1,
        "redeems": 2,
        "redeemed_at": ["2026-03-01T12:00:00+00:00"] * 2,
        "expiration_date": None,
        "invalidated_at": None,
    }
    for query in ({"filter[claimed_at][gte]": "2026-03-02"}, {"filter[expiration_date][lt]": "2030-01-01"}):
        assert get(client, "/v1/customers/ben/coupons", **query)["payload"] == {"coupons": []}
    sort = {"sort[0][field]": "claimed_at", "sort[0][direction]": "asc"}
    assert len(get(client, "/v1/customers/ben/coupons", **sort)["payload"]["coupons"]) == 1


# Tills


def redeem(client: Client, customer: str, code: str, **data: Any) -> Any:
    body = {"customer": customer, "action": "coupon_redeem", "data": {"code": code, **data}}
    return client.post("/events?api_key=till-key", json.dumps(body).encode(), content_type="application/json")


def test_unknown_expired_and_somebody_elses_are_one_answer_byte_for_byte(client: Client) -> None:
    make_pool("spring", "EXPIRED", "OF-BEN", expires={"after": 1, "unit": "days"})
    members("ann", "ben")
    assign("ann", code="EXPIRED", at=timezone.now() - dt.timedelta(days=9))
    assign("ben", code="OF-BEN", at=timezone.now())

    found = [redeem(client, "ann", code) for code in ("NOTHING", "EXPIRED", "OF-BEN")]

    assert {answer.content for answer in found} == {found[0].content}
    assert {answer.status_code for answer in found} == {400}
    assert found[0].json()["error"]["code"] == 1601


def test_a_till_redeems_with_an_order_or_by_itself(client: Client) -> None:
    make_pool("spring", "A")
    members("ann")
    assign("ann")

    assert redeem(client, "ann", "a", transaction_id="t1").status_code == 200
    assert status("A") == "redeemed"


def test_a_thousand_guesses_a_minute_are_limited_by_key_and_sooner_by_customer(client: Client) -> None:
    members("guesser", "m0", "m1")

    assert [redeem(client, "guesser", f"G{number}").status_code for number in range(12)] == [400] * 10 + [429] * 2
    # As if the other misses of the minute had been other customers'.
    found = counter().client.incrby(guesses._of_key(GUESSED, ApiKey.objects.get()), 988 - 700)
    assert found == 298
    assert [redeem(client, f"m{number % 2}", f"G{number}").status_code for number in range(4)] == [400] * 2 + [429] * 2
    assert get(client, "/coupons", 429, code="G")["error"]["code"] == 0


def test_a_bulk_request_guesses_no_more_of_a_customer_than_single_ones(client: Client) -> None:
    members("guesser", "m0")
    events = [
        {"customer": "guesser", "action": "coupon_redeem", "data": {"code": f"G{number}"}} for number in range(40)
    ]
    other = {"customer": "m0", "action": "coupon_redeem", "data": {"code": "G1"}}

    found = post(client, "/events/bulk", {"events": [*events, other]})

    codes = [result["error"]["message"].startswith("Too many") for result in found["results"]]
    assert codes == [False] * 10 + [True] * 30 + [False]


def test_pages_of_a_code_stay_with_the_code(client: Client) -> None:
    make_pool("spring", source="generated", pattern="SPRING")
    members("ann", "ben", "cat")
    for name in ("ann", "ben", "cat"):
        assign(name)
    first = get(client, "/coupons", code="spring", status="claimed", limit="1")
    assert first["next"] == "/coupons?code=spring&status=claimed&limit=1&page=1"


def test_whose_day_is_over_is_found_as_expired_before_the_timer_has_come(client: Client) -> None:
    make_pool("spring", "A", "B")
    members("ann")
    for _ in range(2):
        assign("ann")
    Coupon.objects.filter(code="A").update(expires_at=timezone.now() - dt.timedelta(hours=1))
    for by_now, code in (("expired", "A"), ("claimed", "B")):
        [found] = get(client, "/coupons", status=by_now)["data"]
        assert (found["code"], found["status"]) == (code, by_now)
