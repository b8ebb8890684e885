"""Addresses that clients write in several ways."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls.exceptions import Resolver404

from loyalty.http.routes import any_case


def _view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


ROUTE = any_case("customers/<customer:public_id>/rewards/<str:reward_id>", _view, name="one")


@pytest.mark.parametrize(
    ("path", "customer", "reward"),
    [
        ("customers/C-1/rewards/Mug", "C-1", "Mug"),
        ("Customers/C-1/Rewards/Mug/", "C-1", "Mug"),
        ("customers/store/7/REWARDS/mug", "store/7", "mug"),
    ],
)
def test_words_are_taken_in_any_case_and_values_stay(path: str, customer: str, reward: str) -> None:
    found = ROUTE.resolve(path)
    assert found is not None
    assert found.kwargs == {"public_id": customer, "reward_id": reward}


@pytest.mark.parametrize(
    "path", ["customers/C-1/rewards/Mug//", "customers/C-1/rewards", "customers/a/Rewards/b/rewards/c"]
)
def test_what_is_another_address_is_none(path: str) -> None:
    try:
        found = ROUTE.resolve(path)
    except Resolver404:
        found = None
    assert found is None
