"""Who brings somebody is paid, and so is who was brought: once for each of them, by whichever way it comes in."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from customers.models import Customer
from events.models import Event
from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.engine.events import Incoming
from loyalty.points.history.explain import explain_all
from loyalty.staff.models import User
from tests.engine.world import (
    NOW,
    accepted,
    check_books,
    codes,
    configure,
    counts,
    event,
    merging,
    rows,
    send,
    spendable,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rewarded(db: None) -> None:
    """100 points for whoever brings somebody, 40 for who is brought."""
    rows("UPDATE events_eventtype SET default_points = 100 WHERE action = 'referral'")
    rows("UPDATE events_eventtype SET default_points = 40 WHERE action = 'referral_points'")


@pytest.fixture
def members() -> None:
    accepted(*(event(name, "opt_in") for name in ("ann", "bob", "cid")))


def refer(who: str, whom: Any, **data: Any) -> Incoming:
    return event(who, "referral", referred=whom, **data)


def stream(name: str) -> list[tuple[str, int]]:
    return rows(
        "SELECT action, points FROM events_event e JOIN customers_customer c ON c.id = customer_id WHERE public_id = %s"
        " AND action LIKE 'referral%%' ORDER BY e.id",
        [name],
    )


def refused(outcome: Any) -> tuple[int, str]:
    return outcome.error.code, outcome.error.message


def test_both_sides_are_paid_once(members: None) -> None:
    accepted(refer("ann", "bob"))
    assert (stream("ann"), stream("bob")) == ([("referral", 100)], [("referral_points", 40)])
    before = counts()
    [again] = send(refer("ann", "bob"))
    assert refused(again) == (
        10001, "This action cannot be repeated: 'referred' names somebody who was referred before",
    )  # fmt: skip
    assert codes(send(refer("cid", "bob"))) == [10001]
    assert counts() == before
    assert (spendable("ann"), spendable("bob"), spendable("cid")) == (100, 40, 0)
    check_books()


def test_one_member_brings_several_and_each_may_bring_others(members: None) -> None:
    accepted(refer("ann", "bob"), refer("ann", "cid"), refer("bob", "ann"))
    assert (spendable("ann"), spendable("bob"), spendable("cid")) == (240, 140, 40)
    check_books()


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ({}, 0, "'referred' property is required"),
        ({"referred": ""}, 0, "'referred' property is required"),
        ({"referred": ["bob"]}, 0, "'referred' must be a text"),
        ({"referred": "b" * 129}, 0, "'referred' must have at most 128 characters"),
        ({"referred": "nobody"}, 160212, "Customer not found: 'referred' names nobody"),
        ({"referred": "card:1"}, 160212, "Customer not found: 'referred' names nobody"),
        (
            {"referred": "ann"},
            0,
            "'referred' names the customer itself, or a profile merged into it: name somebody else",
        ),
    ],
)
def test_whom_nobody_can_bring(members: None, data: dict[str, Any], code: int, said: str) -> None:
    before = counts()
    [outcome] = send(Incoming("ann", "referral", data))
    assert refused(outcome) == (code, said)
    assert counts() == before


@pytest.mark.parametrize("status", ["opted_out", "banned"])
def test_160212_who_is_gone_is_not_brought(members: None, status: str) -> None:
    rows("UPDATE customers_customer SET status = %s WHERE public_id = 'bob'", [status])
    assert codes(send(refer("ann", "bob"))) == [160212]
    assert stream("ann") == []


def test_an_unknown_one_is_not_created_by_being_named(members: None) -> None:
    configure(auto_subscribe="any")
    assert codes(send(refer("ann", "new"))) == [160212]
    assert not rows("SELECT 1 FROM customers_customer WHERE public_id = 'new'")


@pytest.mark.parametrize("auto_subscribe", ["off", "any"])
def test_nobody_brings_themselves_by_their_first_event(members: None, auto_subscribe: str) -> None:
    configure(auto_subscribe=auto_subscribe)
    [outcome] = send(refer("new", "new"))
    itself = (0, "'referred' names the customer itself, or a profile merged into it: name somebody else")
    assert refused(outcome) == (itself if auto_subscribe == "any" else (160212, "Customer not found"))
    assert not rows("SELECT 1 FROM customers_customer WHERE public_id = 'new'")


def test_who_is_named_by_an_external_id(members: None) -> None:
    rows(
        "INSERT INTO customers_field (slug, name, labels, description, type, format, options, searchable, external_id,"
        " read_only, personal, position, active, factory)"
        " VALUES ('card', 'Card', '{}', '', 'string', '', '{}', true, true, false, true, 0, true, false)"
    )
    accepted(event("bob", "profile", card="77"))
    accepted(refer("ann", "card:77"))
    assert codes(send(refer("cid", "bob"))) == [10001]
    # Given in the same batch.
    accepted(event("cid", "profile", card="78"), refer("bob", "card:78"))
    assert (spendable("ann"), spendable("bob"), spendable("cid")) == (100, 140, 40)


def test_who_was_merged_away_is_still_the_same_person(members: None) -> None:
    accepted(refer("ann", "bob"))
    accepted(merging("bob", "cid"))
    assert codes(send(refer("ann", "bob"), refer("ann", "cid"))) == [10001, 10001]
    # By the ID of before, the survivor is named.
    accepted(event("dan", "opt_in"))
    accepted(merging("dan", "ann"))
    [itself] = send(refer("ann", "dan"))
    assert refused(itself)[0] == 0
    accepted(refer("cid", "dan"))
    assert codes(send(refer("cid", "ann"))) == [10001]
    check_books()


def test_a_refusal_leaves_no_trace_on_either_side(members: None) -> None:
    before = counts()
    assert codes(send(refer("ann", "bob", effective_timestamp=2_000_000_000))) == [0]
    assert codes(send(Incoming("ann", "referral", {"referred": "bob"}, account="nowhere"))) == [0]
    assert counts() == before
    assert (spendable("ann"), spendable("bob")) == (0, 0)
    accepted(refer("ann", "bob"))


def test_the_events_hold_nothing_by_which_the_other_is_named(members: None) -> None:
    accepted(refer("ann", "bob", campaign="spring"))
    keys = dict(rows("SELECT public_id, id FROM customers_customer"))
    data = [
        json.loads(text)
        for (text,) in rows("SELECT data::text FROM events_event WHERE action LIKE 'referral%' ORDER BY id")
    ]
    assert data == [{"campaign": "spring", "referred_key": keys["bob"]}, {"referrer_key": keys["ann"]}]


@pytest.mark.parametrize("name", ["referred_key", "referrer_key"])
@pytest.mark.parametrize("action", ["referral", "profile", "review_submit", "checkout", "login"])
def test_nobody_reads_an_id_by_sending_an_internal_key(members: None, action: str, name: str) -> None:
    needed: dict[str, Any] = {"referred": "bob", "transaction_id": "R-1", "total": 1}
    [outcome] = send(event("ann", action, **(needed | {name: 1})))
    assert refused(outcome)[0] == 113402
    assert f"'{name}'" in refused(outcome)[1]
    accepted(event("ann", action, **needed))


def test_it_may_be_backdated_and_keeps_its_points_pending(members: None) -> None:
    rows("UPDATE events_eventtype SET pending_days = 3 WHERE action = 'referral_points'")
    accepted(refer("ann", "bob", effective_timestamp=int(NOW.timestamp()) - 86_400))
    assert (spendable("ann"), spendable("bob")) == (100, 0)
    assert len(rows("SELECT DISTINCT occurred_at FROM events_event WHERE action LIKE 'referral%'")) == 1
    assert rows("SELECT sum(pending) FROM points_balance") == [(40,)]
    check_books()


# An opt-in that names who brought the customer


def test_an_opt_in_that_names_a_member_pays_both_once(members: None) -> None:
    accepted(event("dan", "opt_in", referrer="ann"))
    assert (stream("ann"), stream("dan")) == ([("referral", 100)], [("referral_points", 40)])
    assert codes(send(refer("bob", "dan"))) == [10001]
    assert rows("SELECT referrer FROM customers_customer WHERE public_id = 'dan'") == [("ann",)]
    check_books()


@pytest.mark.parametrize("referrer", ["nobody", "dan", "card:1", ""])
def test_an_opt_in_is_accepted_whoever_it_names(members: None, referrer: str) -> None:
    accepted(event("dan", "opt_in", referrer=referrer))
    assert stream("dan") == []
    assert not rows("SELECT 1 FROM events_businesskey")


def test_an_opt_in_of_who_was_brought_before_pays_nobody(members: None) -> None:
    accepted(event("dan", "subscribe"), refer("ann", "dan"))
    accepted(event("dan", "opt_in", referrer="bob"))
    assert (spendable("ann"), spendable("bob"), spendable("dan")) == (100, 0, 40)
    check_books()


def test_a_refused_opt_in_pays_nobody(members: None) -> None:
    before = counts()
    assert codes(send(event("bob", "opt_in", referrer="ann"))) == [112101]
    assert codes(send(event("dan", "opt_in", referrer="ann", email="nobody"))) == [0]
    assert counts() == before


def test_the_explanation_of_each_side_is_its_own(members: None) -> None:
    accepted(event("dan", "opt_in", referrer="ann"))
    for name, points, action in (("ann", 100, "referral"), ("dan", 40, "referral_points")):
        [(id,)] = rows("SELECT id FROM customers_customer WHERE public_id = %s", [name])
        [one] = explain_all([id])
        assert (one.event.action, one.points) == (action, {"main": points})
        assert [lot.points for lot in one.lots] == [points]


# Every door


def test_by_api_and_bulk(client: Client, members: None) -> None:
    key = ApiKey.objects.create(name="till", kind=KeyKind.DEVELOPMENT).key

    def post(path: str, body: Any) -> dict[str, Any]:
        return client.post(f"{path}?api_key={key}", json.dumps(body), "application/json").json()

    paid = post("/events", {"customer": "ann", "action": "referral", "data": {"referred": "bob"}})
    assert [(row["action"], row["points"]) for row in paid["events"]] == [("referral", 100)]
    assert (paid["id"], paid["score"]) == ("ann", 100)
    body = {"customer": "ann", "action": "referral"}
    answer = post(
        "/events/bulk", {"events": [body | {"data": {"referred": name}} for name in ("bob", "cid", "nobody")]}
    )
    assert [result.get("error", {}).get("code") for result in answer["results"]] == [10001, None, 160212]
    assert spendable("cid") == 40
    told = client.get(f"/customers/ann/events?api_key={key}&actions=referral").json()["data"]
    assert [[(one["name"], one["value"]) for one in event["properties"]] for event in told] == [
        [("referred", "cid")], [("referred", "bob")],
    ]  # fmt: skip


def test_in_one_batch_with_everything_else() -> None:
    """The second customer is made by the batch itself, is gone, or leaves in it."""
    found = send(
        event("ann", "opt_in"),
        refer("ann", "bob"),
        event("bob", "opt_in"),
        refer("ann", "bob"),
        event("cid", "opt_in", referrer="bob"),
        refer("ann", "cid"),
        event("bob", "opt_out"),
        event("dan", "opt_in", referrer="bob"),
        event("dan", "point_add", points=1),
    )
    assert codes(found) == [None, 160212, None, None, None, 10001, None, None, None]
    assert (spendable("ann"), spendable("cid"), spendable("dan")) == (100, 40, 1)
    check_books()


def test_by_hand(client: Client, members: None) -> None:
    client.force_login(User.objects.create_user("kata", password="kata", role="manager"))
    ann = Customer.objects.get(public_id="ann")
    form = {"token": str(uuid4()), "action": "referral", "shown": "referral", "data-referred": "bob"}
    assert client.post(f"/customers/{ann.id}/events/add/", form).status_code == 302
    assert (spendable("ann"), spendable("bob")) == (100, 40)
    event_id = Event.objects.get(action="referral").id
    page = client.get(f"/customers/{ann.id}/events/{event_id}/").content.decode()
    assert "bob" in page
    assert "referred_key" not in page
    erase("bob")
    assert "bob" not in client.get(f"/customers/{ann.id}/events/{event_id}/").content.decode()


# Erasure


def erase(name: str) -> None:
    accepted(event(name, "opt_out"))


def test_who_was_erased_is_nobody_else_when_they_come_back(members: None) -> None:
    accepted(refer("ann", "bob"))
    erase("bob")
    assert rows("SELECT count(*) FROM events_businesskey WHERE key LIKE 'referral:%'") == [(0,)]
    accepted(event("bob", "opt_in", referrer="cid"))
    assert codes(send(refer("cid", "bob"))) == [10001]
    assert spendable("cid") == 0
    assert spendable("ann") == 100
    check_books()


def test_who_was_merged_and_erased_too(members: None) -> None:
    accepted(refer("ann", "bob"))
    accepted(merging("bob", "cid"))
    erase("cid")
    accepted(event("bob", "opt_in"))
    assert codes(send(refer("ann", "bob"))) == [10001]
    check_books()


def test_when_the_referrer_is_erased_nothing_of_them_stays_with_the_other(members: None) -> None:
    accepted(refer("ann", "bob"))
    erase("ann")
    assert not rows("SELECT 1 FROM events_event WHERE data::text LIKE '%ann%'")
    assert not rows("SELECT 1 FROM events_businesskey WHERE key LIKE '%ann%'")
    assert spendable("bob") == 40
    assert codes(send(refer("cid", "bob"))) == [10001]
    check_books()
