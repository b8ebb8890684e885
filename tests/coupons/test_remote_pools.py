"""Pools whose codes another system gives: asked before a claim, within two seconds, or there is no code left."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from coupons.codes import EXHAUSTED
from coupons.models import Coupon, Pool
from coupons.stock.asking import Claimant, codes_at_hand
from coupons.stock.remote import NoCode, fetch_code
from customers.models import Customer
from loyalty.engine.events import Actor
from loyalty.http.outgoing import NOT_IN_TIME, _Request
from loyalty.program.section import Invalid
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.coupons.code_giver import CodeGiver, serving
from tests.coupons.pooling import assign, make_pool, members, tell, the
from tests.engine.world import accepted, event

pytestmark = pytest.mark.django_db
ANN = Claimant("ann", key="once")


@pytest.fixture
def giver(settings: Any) -> Iterator[CodeGiver]:
    with serving() as found:
        settings.CODE_HOSTS, settings.CODE_HTTP = frozenset({found.host}), True
        settings.CODE_TOKENS = {"": "for-all", "special": "for-special"}
        yield found


def remote(giver: CodeGiver, slug: str = "spring", **more: Any) -> Pool:
    made = make_pool(slug, source="remote", remote_url=giver.url, **more)
    cache.delete(f"coupon-claims:{connection.settings_dict['NAME']}:{made.pk}")
    return made


def given(name: str = "ann", pool: str = "spring") -> int | None:
    with codes_at_hand({pool: 1}, Claimant(name)):
        return assign(name, pool)


def free() -> list[str]:
    return list(Coupon.objects.filter(status="unassigned").order_by("id").values_list("code", flat=True))


def test_the_code_that_the_other_system_gives_is_assigned(giver: CodeGiver) -> None:
    remote(giver)
    members("ann")

    assert given() is None
    assert (the("GIVEN-1").status, str(the("GIVEN-1").value)) == ("claimed", "10.00")
    [asked], [headers] = giver.asked, giver.headers
    key = asked.pop("idempotency_key")
    assert asked == {"pool": "spring", "customer": "ann", "reward": None}
    assert len(key) == 32
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer for-all", "application/json")


def test_a_pool_may_have_a_token_of_its_own(giver: CodeGiver) -> None:
    remote(giver, "special")
    members("ann")

    assert given(pool="special") is None
    assert giver.headers[0]["Authorization"] == "Bearer for-special"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"code": "A"}'),
        (204, b""),
        (302, b'{"code": "A"}'),
        (200, b""),
        (200, b"A"),
        (200, b'{"code": 5}'),
        (200, b'{"code": ""}'),
        (200, b'{"code": "a b"}'),
        (200, b'{"code": "' + b"A" * 65 + b'"}'),
        (200, b"[" * 4_000),
        (200, b'{"code": "\xff"}'),
        (200, b'{"code": "A", "more": "' + b"x" * 5_000 + b'"}'),
    ],
)
def test_an_answer_without_a_code_is_no_code_left(
    giver: CodeGiver, status: int, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    remote(giver)
    members("ann")
    giver.answer = (status, body)

    assert given() == EXHAUSTED
    assert not Coupon.objects.exists()
    [line] = [one.getMessage() for one in caplog.records if one.name == "coupons.stock.asking"]
    assert line.startswith("Coupon pool spring: no code came of its system: the ")
    assert "for-all" not in caplog.text
    assert "ann" not in line


def test_a_code_that_there_is_already_is_no_code_left_and_no_log_names_it(
    giver: CodeGiver, caplog: pytest.LogCaptureFixture
) -> None:
    remote(giver)
    members("ann", "ben")
    giver.codes = ["SECRET-1", "secret-1"]

    assert (given("ann"), given("ben")) == (None, EXHAUSTED)
    assert Coupon.objects.count() == 1
    assert "secret" not in caplog.text.lower()


@pytest.mark.parametrize("drips", [False, True])
def test_an_answer_is_waited_for_in_total_and_not_for_each_byte(giver: CodeGiver, drips: bool) -> None:
    pool = remote(giver)
    giver.seconds, giver.drips = (0.0, True) if drips else (1.0, False)
    start = time.monotonic()

    with pytest.raises(NoCode, match="no answer in time"):
        fetch_code(pool, {}, seconds=0.3)
    assert time.monotonic() - start < 0.8


def test_the_socket_that_gives_up_first_says_the_same(giver: CodeGiver) -> None:
    giver.seconds = 1.0
    request = _Request(giver.url, b"{}", {}, 0.1, 10, lambda _: True)

    request._run()
    assert request.failure == NOT_IN_TIME


def test_nobody_who_listens_is_no_code_left(giver: CodeGiver, settings: Any) -> None:
    pool = remote(giver)
    settings.CODE_HOSTS = {"127.0.0.1:1"}
    Pool.objects.filter(pk=pool.pk).update(remote_url="http://127.0.0.1:1/")
    members("ann")

    assert given() == EXHAUSTED


def test_a_code_whose_claim_is_refused_is_taken_by_the_next_one(giver: CodeGiver) -> None:
    remote(giver)
    members("ann", "ben")
    accepted(event("ben", "suspend"))

    assert given("ben") == 160216
    assert free() == ["GIVEN-1"]
    assert given("ann") is None
    assert (the("GIVEN-1", "ann").status, len(giver.asked)) == ("claimed", 1)


def test_two_claims_on_their_way_do_not_rely_on_one_code(giver: CodeGiver) -> None:
    remote(giver)
    members("ann", "ben")
    with codes_at_hand({"spring": 1}, ANN):
        pass
    with codes_at_hand({"spring": 1}, ANN):
        assert len(giver.asked) == 1
        with codes_at_hand({"spring": 1}, Claimant("ben")):
            assert len(giver.asked) == 2
            assert (assign("ann"), assign("ben")) == (None, None)
    with codes_at_hand({"spring": 1}, ANN):
        assert len(giver.asked) == 3


def test_the_same_claim_asks_with_the_same_key_and_another_with_another(giver: CodeGiver) -> None:
    remote(giver)
    giver.answer = (503, b"")
    for key in ("once", "once", "twice"):
        with codes_at_hand({"spring": 1}, Claimant("ann", key=key)):
            pass
    first, again, other = (one["idempotency_key"] for one in giver.asked)
    assert first == again != other


def test_a_claim_of_several_that_is_sent_again_asks_for_what_is_missing(giver: CodeGiver) -> None:
    remote(giver)
    two, three = Claimant("ann", key="once"), {"spring": 3}
    with codes_at_hand({"spring": 2}, two):
        pass
    with codes_at_hand(three, two):
        assert len(free()) == 3
    assert len({one["idempotency_key"] for one in giver.asked}) == 3


def test_a_bundle_asks_no_further_once_a_pool_has_no_code(giver: CodeGiver) -> None:
    remote(giver, "first")
    remote(giver, "second")
    giver.answer = (500, b"")
    with codes_at_hand({"first": 1, "second": 1}, ANN):
        assert [one["pool"] for one in giver.asked] == ["first"]


def test_who_always_gets_the_same_code_needs_no_other_one(giver: CodeGiver) -> None:
    remote(giver, aggregated=True)
    members("ann")

    assert (given(), given()) == (None, None)
    assert (len(giver.asked), the("GIVEN-1").issued) == (1, 2)


def test_a_certain_code_of_the_pool_and_pools_of_other_sources_ask_nobody(giver: CodeGiver) -> None:
    make_pool("summer", "S-1")
    members("ann")

    assert given(pool="summer") is None
    assert not giver.asked


@pytest.mark.parametrize("by", [Actor("import"), Actor("api", grants=frozenset({"bulk"}))])
def test_imports_and_bulk_requests_are_told_that_nobody_is_asked_for_them(giver: CodeGiver, by: Actor) -> None:
    remote(giver)
    members("ann")

    error = tell("ann", "assign", by, coupon="spring").error
    assert error is not None
    assert error.message == (
        "The codes of the coupon pool spring come from another system: not by bulk requests or imports"
    )
    assert not giver.asked


def test_a_host_that_is_not_listed_any_more_is_not_asked(giver: CodeGiver, settings: Any) -> None:
    remote(giver)
    members("ann")
    settings.CODE_HOSTS = frozenset()

    assert given() == EXHAUSTED
    assert not giver.asked


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "must be an address"),
        ("codes.example.com/next", "must be an address"),
        ("https://codes.example.com:eight/", "must be an address"),
        ("https://codes.example.com/a b", "must be an address"),
        ("http://codes.example.com/next", "must begin with https://"),
        ("ftp://codes.example.com/next", "must begin with https://"),
        ("https://ann:secret@codes.example.com/", "must have no user, query or fragment"),
        ("https://codes.example.com/?token=secret", "must have no user, query or fragment"),
        (
            "https://codes.example.com:8443/",
            "must be of a host that LOYALTY_CODE_HOSTS names, unlike codes.example.com:8443",
        ),
        ("https://169.254.169.254/", "must be of a host that LOYALTY_CODE_HOSTS names"),
        ("https://codes.example.com.evil.org/", "must be of a host that LOYALTY_CODE_HOSTS names"),
    ],
)
def test_the_address_is_of_a_listed_host_and_holds_no_secret(settings: Any, url: str, fault: str) -> None:
    settings.CODE_HOSTS = frozenset({"codes.example.com"})
    with pytest.raises(Invalid) as error:
        make_pool("spring", source="remote", remote_url=url)
    [(place, message)] = error.value.problems
    assert place.endswith(".remote_url")
    assert message.startswith(fault)


def test_http_is_for_this_machine_and_where_it_is_allowed(giver: CodeGiver, settings: Any) -> None:
    settings.CODE_HTTP = False
    with pytest.raises(Invalid):
        remote(giver)


def test_the_address_can_be_changed_and_stays_where_the_host_is_listed_no_more(settings: Any) -> None:
    settings.CODE_HOSTS = frozenset({"codes.example.com"})
    make_pool("spring", source="remote", remote_url="https://CODES.example.com:443/next")
    make_pool("spring", source="remote", remote_url="https://codes.example.com/next")
    settings.CODE_HOSTS = frozenset()
    make_pool("spring", source="remote", remote_url="https://codes.example.com/next", value="12")
    assert Pool.objects.get().value == 12


# The back office


@pytest.fixture
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.ADMINISTRATOR)
    client.force_login(made)
    return made


def assign_by_hand(client: Client, **data: Any) -> Any:
    ann = Customer.objects.get(public_id="ann")
    page = reverse("coupons:assign", args=[ann.pk])
    return client.post(page, {"token": uuid4(), "pool": "spring", **data})


@pytest.mark.usefixtures("staff")
def test_staff_give_a_code_of_another_system_or_read_that_none_is_left(client: Client, giver: CodeGiver) -> None:
    remote(giver)
    members("ann")

    assert assign_by_hand(client).status_code == 302
    assert the("GIVEN-1", "ann").status == "claimed"
    giver.answer = (500, b"")
    answer = assign_by_hand(client)
    assert answer.status_code == 422
    assert "No code of this pool is left." in answer.content.decode()


@pytest.mark.usefixtures("staff")
def test_staff_create_a_pool_of_another_system_and_see_its_address(client: Client, giver: CodeGiver) -> None:
    data = {"name": "Spring", "source": "remote", "type": "amount", "value": "10", "unit": "months"}
    refused = client.post(reverse("coupons:new"), {**data, "remote_url": "https://elsewhere.example/"})
    assert refused.status_code == 422
    assert "Must be of a host that LOYALTY_CODE_HOSTS names" in refused.content.decode()

    assert client.post(reverse("coupons:new"), {**data, "remote_url": giver.url}).status_code == 302
    page = client.get(reverse("coupons:pool", args=[Pool.objects.get().slug])).content.decode()
    assert giver.url in page
    assert "Another system is asked for codes" in page
