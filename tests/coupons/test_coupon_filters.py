"""What lists of coupons are narrowed by: said once for their APIs and their page."""

import json
from typing import Any

import pytest
from django.test import Client
from django_filters import FilterSet

from coupons.filters import CouponFilters, CustomersCouponFilters, HeldCouponFilters
from coupons.models import Coupon
from loyalty.api.docs.describe import Parameter
from loyalty.api.lists.parameters import parameters_of
from loyalty.database.filters import ListFilters
from tests.api_keys import development_key
from tests.coupons.pooling import assign, make_pool, members
from tests.engine.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def coupons() -> None:
    make_pool("spring", "SPRING-1", "SPRING-2")
    members("ann")
    assign("ann")


def filters(kind: type[Any], **asked: str) -> ListFilters:
    found: ListFilters = kind(asked, Coupon.objects.all(), at=NOW)
    return found


@pytest.mark.parametrize(
    ("kind", "asked", "codes"),
    [
        (CouponFilters, {"code": "spring-2"}, ["SPRING-2"]),
        (CouponFilters, {"status": "claimed"}, ["SPRING-1"]),
        (CouponFilters, {}, ["SPRING-1", "SPRING-2"]),
        (CustomersCouponFilters, {"status": "claimed", "name": "Spring", "type": "amount"}, ["SPRING-1"]),
        (CustomersCouponFilters, {"value": "10.00", "code": "SPRING-1"}, ["SPRING-1"]),
        (HeldCouponFilters, {"text": "ring-1"}, ["SPRING-1"]),
        (HeldCouponFilters, {"text": "sprin", "status": "claimed"}, ["SPRING-1"]),
    ],
)
def test_a_filter_finds_the_same_in_an_api_and_on_the_page(
    coupons: None, kind: type[ListFilters], asked: dict[str, str], codes: list[str]
) -> None:
    found = filters(kind, **asked)

    assert sorted(found.exact.values_list("code", flat=True)) == codes
    assert sorted(found.lenient.values_list("code", flat=True)) == codes


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (CouponFilters, {"status": "unheard"}),
        (CouponFilters, {"code": "SPRING\x00-1"}),
        (CustomersCouponFilters, {"status": "unassigned"}),
        (CustomersCouponFilters, {"type": "gold"}),
        (HeldCouponFilters, {"status": "unassigned"}),
        (HeldCouponFilters, {"text": "a\x00"}),
    ],
)
def test_what_no_row_can_have_finds_nothing_in_an_api_and_filters_nothing_on_the_page(
    coupons: None, kind: type[ListFilters], asked: dict[str, str]
) -> None:
    found = filters(kind, **asked)

    assert not found.exact
    assert found.lenient.count() == 2
    assert [found.chosen(name) for name in asked] == [""]


@pytest.mark.parametrize("value", ["ten", "NaN", "1e30", "1e-30", " "])
def test_a_value_that_no_coupon_has_finds_nothing(coupons: None, value: str) -> None:
    assert not filters(CustomersCouponFilters, value=value).exact


def test_filters_describe_themselves_for_openapi() -> None:
    assert parameters_of(CouponFilters) == [
        Parameter("code", "The code, in capitals or not.", example="SPRING-4F7K2M"),
        Parameter("status", "Those of this status.", example="claimed"),
    ]
    assert [one.name for one in parameters_of(CustomersCouponFilters)] == ["code", "name", "status", "type", "value"]


def test_a_till_waits_for_no_filters(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither made nor asked: what it sends and reads is known without them."""
    members("ann")
    key = development_key().key

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("A FilterSet was made")

    monkeypatch.setattr(FilterSet, "__init__", refuse)
    body = {"customer": "ann", "action": "checkout", "data": {"transaction_id": "R1", "total": 10}}
    sent = client.post(f"/events?api_key={key}", json.dumps(body).encode(), content_type="application/json")

    assert sent.status_code == 200
    assert client.get("/customers/ann", {"api_key": key}).status_code == 200
    with pytest.raises(AssertionError, match="was made"):
        client.get("/coupons", {"api_key": key, "code": "SPRING-1"})
