import time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from loyalty.staff.models import ApiKey
from loyalty.staff.queries import api_key
from tests.api_keys import development_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> ApiKey:
    return development_key("kept-key", "Till")


def test_a_key_is_read_once_in_its_time(
    key: ApiKey, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 60

    with django_assert_num_queries(1):
        assert [found.key for found in (api_key("kept-key"), api_key("kept-key")) if found] == [key, key]


def test_a_key_that_was_switched_off_works_no_longer_than_that(key: ApiKey, settings: Settings) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 0.05
    api_key("kept-key")
    ApiKey.objects.update(active=False)

    time.sleep(0.06)

    assert api_key("kept-key") is None


def test_an_unknown_key_is_not_kept(settings: Settings) -> None:
    settings.LOYALTY_API_KEY_SECONDS = 60
    assert api_key("coming-soon") is None

    development_key("coming-soon", "New")

    assert api_key("coming-soon") is not None


def test_a_key_that_is_switched_off_is_refused(client: Client, key: ApiKey) -> None:
    ApiKey.objects.update(active=False)

    assert client.get("/customers/1?api_key=kept-key").status_code == 401
