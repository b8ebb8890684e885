"""Levels moved by integrators: `tier_change` through `/events`, alone and in bulk, and how it is refused."""

import json
from typing import Any

import pytest
from django.test import Client

from loyalty.api.keys.models import ApiKey
from tests.engine.world import configure
from tests.tiers.api.telling import KEY, tiers_told
from tests.tiers.ladders import LEVELS, done, set_up, structure, told


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"{path}?api_key={KEY}", json.dumps(body), content_type="application/json")


def change(**data: Any) -> dict[str, Any]:
    return {"customer": "C-1", "action": "tier_change", "data": {"structure": "standard", **data}}


def error(code: int, message: str) -> dict[str, Any]:
    return {"type": "BadRequestException", "code": code, "message": message}


@pytest.fixture
def member(client: Client) -> None:
    """Of a ladder whose levels expire, with 1,200 points: t1."""
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in")
    done("point_add", points=1_200)


REFUSED = {
    "the same level": (change(tier="t1"), 113010, "The customer already is at t1"),
    "a lower one than points reach": (
        change(tier="t0"),
        113011,
        "The customer's points reach t1: the structure keeps the highest level that is reached",
    ),
    "neither a level nor a day": (change(), 0, "'tier' property is required"),
    "a level that there is not": (change(tier="t9"), 0, "'tier' must be the ID of a level of standard"),
    "a structure that there is not": (
        change(structure="other", tier="t1"),
        0,
        "'structure' must be the ID of an active tier structure",
    ),
    "a day in the past": (change(expdate="2025-01-09"), 0, "'expdate' must not be in the past"),
    "no day": (change(expdate="soon"), 0, "'expdate' must be a date such as 2026-12-31"),
}


@pytest.mark.parametrize(("body", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_alone_and_in_bulk(
    client: Client, member: None, body: Any, code: int, message: str
) -> None:
    alone = post(client, "/events", body)
    assert (alone.status_code, alone.json()) == (400, {"error": error(code, message)})

    bulk = post(client, "/events/bulk", {"events": [body, change(tier="t2")]})
    assert (bulk.status_code, bulk.json()) == (
        200,
        {"results": [{"error": error(code, message)}, {"events": []}], "total": 2, "errors": 1},
    )
    assert [tier["id"] for tier in tiers_told(client)] == ["t2"]


def test_the_lowest_level_takes_no_day(client: Client) -> None:
    set_up(structure())
    done("opt_in")

    answer = post(client, "/events", change(expdate="2025-12-31"))
    message = "'expdate' must be empty: this level does not expire"
    assert (answer.status_code, answer.json()) == (400, {"error": error(113013, message)})


def test_whoever_has_no_level_has_no_day_either(client: Client) -> None:
    set_up(structure(initialise_at_opt_in=False, levels=LEVELS[1:]))
    done("opt_in")

    answer = post(client, "/events", change(expdate="2025-12-31"))
    message = "The customer has no level in this structure yet"
    assert (answer.status_code, answer.json()) == (400, {"error": error(113012, message)})


def test_an_unknown_customer_is_not_found(client: Client) -> None:
    set_up(structure())
    answer = post(client, "/events", {**change(tier="t1"), "customer": "nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 160212)


def test_while_the_module_is_off_there_are_no_structures(client: Client, member: None) -> None:
    configure()

    answer = post(client, "/events", change(tier="t2"))
    message = "'structure' must be the ID of an active tier structure"
    assert (answer.status_code, answer.json()) == (400, {"error": error(0, message)})
    bulk = post(client, "/events/bulk", {"events": [change(tier="t2")]})
    assert bulk.json()["results"] == [answer.json()]


def test_a_level_and_its_last_day_are_set(client: Client, member: None) -> None:
    answer = post(client, "/events", change(tier="t2", expdate="2025-06-30", reason="Status match"))

    assert (answer.status_code, answer.json()["events"]) == (200, [])
    [tier] = tiers_told(client)
    assert (tier["id"], tier["expdate"]) == ("t2", "2025-07-01T00:00:00+02:00")
    assert told()[-1] == ("tier_up", "t1", "t2", "manual")


def test_an_empty_day_is_none(client: Client, member: None) -> None:
    post(client, "/events", change(tier="t2", expdate=""))
    assert "expdate" not in tiers_told(client)[0]


@pytest.mark.parametrize("action", ["tier_up", "tier_down", "tier_renew"])
def test_what_follows_is_not_sent(client: Client, member: None, action: str) -> None:
    answer = post(client, "/events", {**change(to="t2"), "action": action})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 10003)


def test_a_key_may_be_for_it_alone_or_for_others(client: Client, member: None) -> None:
    ApiKey.objects.update(actions=["tier_change"])
    assert post(client, "/events", change(tier="t2")).status_code == 200

    ApiKey.objects.update(actions=["checkout"])
    refused = {
        "type": "ForbiddenException",
        "code": 0,
        "message": "This key may not record 'tier_change': let an administrator add the scope 'action:tier_change'",
    }
    alone = post(client, "/events", change(tier="t1"))
    assert (alone.status_code, alone.json()) == (403, {"error": refused})
    bulk = post(client, "/events/bulk", {"events": [change(tier="t1")]})
    assert bulk.json() == {"results": [{"error": refused}], "total": 1, "errors": 1}
