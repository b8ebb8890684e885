"""Which IDs other rooms may name: those of active products and stores."""

import pytest
from pytest_django import DjangoAssertNumQueries

from loyalty.catalogue.enums import Status
from loyalty.catalogue.queries import known_products, known_stores, product_names, store_names
from tests.catalogue.products import make_product, make_store

pytestmark = pytest.mark.django_db


def test_only_active_products_are_known() -> None:
    make_product("shoe"), make_product("hat", Status.INACTIVE), make_product("bag", Status.ARCHIVED)

    assert known_products(["shoe", "hat", "bag", "nothing", "SHOE", "a\x00b"]) == {"shoe"}
    assert product_names(["shoe", "hat", "nothing"]) == {"shoe": "Shoe", "hat": "Hat"}


def test_only_active_stores_are_known(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_store("vienna"), make_store("berlin", Status.INACTIVE)

    with django_assert_num_queries(1):
        assert known_stores(["vienna", "berlin", "oslo"]) == {"vienna"}
    with django_assert_num_queries(0):
        assert known_stores([]) == known_products([]) == set()
    assert store_names(["berlin"]) == {"berlin": "Berlin"}
