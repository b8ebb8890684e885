"""Whatever the query of a page says, it is answered: what cannot be meant filters nothing. No page is listed here, and no name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils.datastructures import MultiValueDict

from loyalty.staff.models import User
from tests.examples import examples
from tests.sight.walking import addresses
from tests.sight.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # the admin's own templates
TEXTS = (
    "a%00b", "9" * 40, "%00", "%ff%fe", "x" * 5_000, "-1", "1e400", "%D9%A1", "99999-01-01T00:00:00%2B99:99", "2026-02-30",
    "%F0%9F%98%80", "' OR 1=1--", "NaN",
)  # fmt: skip
POSTED_SEARCH = re.compile(r'<form(?=[^>]*role="search")(?=[^>]*method="post")', re.IGNORECASE)


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    return make_world()


@pytest.fixture
def ada(world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="ada"))
    return client


@contextmanager
def noted() -> Iterator[set[str]]:
    """The names that are looked for in queries."""
    found = set[str]()
    with pytest.MonkeyPatch.context() as patched:
        for method in ("get", "__getitem__", "getlist", "__contains__"):

            def looked(self: QueryDict, name: str, *rest: object, _method: str = method) -> object:
                found.add(name)
                return getattr(MultiValueDict, _method)(self, name, *rest)

            patched.setattr(QueryDict, method, looked, raising=False)
        yield found


def answer(client: Client, address: str, posted: str = "") -> HttpResponseBase:
    with transaction.atomic():
        found: HttpResponseBase = (
            client.post(address, posted, content_type="application/x-www-form-urlencoded")
            if posted
            else client.get(address)
        )
        transaction.set_rollback(True)
    return found


@pytest.mark.random
def test_no_page_fails_at_what_its_query_says_or_a_search_posts(world: World, ada: Client) -> None:
    asked, searches, texts = list[str](), list[str](), TEXTS[: examples(2)]
    for address in addresses(world):
        with noted() as names:
            html = getattr(answer(ada, address), "content", b"").decode()
        asked += [f"{address}?{name}={text}" for name in sorted(names) for text in texts]
        searches += [address] if POSTED_SEARCH.search(html) else []
    assert len(asked) > 500
    assert {"/search/", "/coupons/find/"} <= set(searches)

    assert [question for question in asked if answer(ada, question).status_code >= 500] == []
    posted = [(address, f"q={text}") for address in searches for text in TEXTS]
    assert [question for question in posted if answer(ada, *question).status_code >= 500] == []
