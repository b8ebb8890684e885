"""`tiers` of `GET /customers/{id}`, field for field: levels at 0, 1,000 and 5,000 points, in Berlin."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.engine.world import configure
from tests.tiers.api.conftest import Clock
from tests.tiers.api.telling import get, tiers_told
from tests.tiers.ladders import LEVELS, START, buy, done, local, run_timer, set_up, structure

STANDARD = {"id": "standard", "name": "Standard"}
LOWEST = {
    "id": "t0",
    "name": "T0",
    "since": "2025-01-10T12:00:00+01:00",
    "threshold": 0,
    "points": 0,
    "points_after_expiration": 0,
    "structure": STANDARD,
    "next": {"id": "t1", "name": "T1", "points": 1_000},
}


def test_the_lowest_level_tells_what_is_missing_and_no_expiry(client: Client) -> None:
    set_up(structure())
    done("opt_in")

    assert tiers_told(client) == [LOWEST]

    done("point_add", points=400)
    assert tiers_told(client) == [
        {**LOWEST, "points": 400, "points_after_expiration": 400, "next": {"id": "t1", "name": "T1", "points": 600}}
    ]


def test_a_level_that_expires_tells_its_local_midnight(client: Client, clock: Clock) -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2024-02-01"))
    done("point_add", local("2024-02-29 12:00"), points=1_000)
    clock(local("2025-02-27"))

    assert tiers_told(client) == [
        {
            "id": "t1",
            "name": "T1",
            "since": "2024-02-29T12:00:00+01:00",
            "threshold": 1_000,
            "expdate": "2025-02-28T00:00:00+01:00",
            "points": 1_000,
            "points_after_expiration": 0,
            "structure": STANDARD,
            "next": {"id": "t2", "name": "T2", "points": 4_000},
        }
    ]


@pytest.mark.parametrize(
    ("reached", "months", "since", "ends"),
    [
        ("2025-03-30", 12, "2025-03-30T12:00:00+02:00", "2026-03-30T00:00:00+02:00"),
        ("2025-10-26", 6, "2025-10-26T12:00:00+01:00", "2026-04-26T00:00:00+02:00"),
    ],
)
def test_each_time_has_the_offset_of_its_own_season(
    client: Client, clock: Clock, reached: str, months: int, since: str, ends: str
) -> None:
    set_up(structure(expiration_type="rolling", rolling_months=months))
    done("opt_in", local("2025-01-01"))
    done("point_add", local(reached), points=1_000)
    clock(local(reached))

    [tier] = tiers_told(client)
    assert (tier["since"], tier["expdate"]) == (since, ends)


def test_what_is_left_after_the_expiry_is_told(client: Client, clock: Clock) -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2025-01-01"))
    done("point_add", local("2025-01-15"), points=600)
    done("point_add", local("2025-06-15"), points=600)
    clock(local("2025-06-15"))

    [tier] = tiers_told(client)
    assert (tier["expdate"], tier["points"], tier["points_after_expiration"]) == (
        "2026-01-15T00:00:00+01:00",
        1_200,
        600,
    )

    run_timer(local("2026-01-15 00:00"))
    clock(local("2026-01-15"))
    [tier] = tiers_told(client)
    assert (tier["id"], tier["since"], tier["points"]) == ("t0", "2026-01-15T00:00:00+01:00", 600)
    assert "expdate" not in tier


def test_nothing_comes_after_the_top(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=5_000)

    [tier] = tiers_told(client)
    assert (tier["id"], "next" in tier) == ("t2", False)


def test_where_levels_are_by_invitation_no_points_are_missing(client: Client) -> None:
    set_up(structure(type="invitation_only"))
    done("opt_in")
    done("point_add", points=100_000)
    [tier] = tiers_told(client)
    assert (tier["id"], tier["points"], "next" in tier) == ("t0", 0, False)

    done("tier_change", structure="standard", tier="t1", expdate="2025-01-31")
    [tier] = tiers_told(client)
    assert (tier["id"], tier["expdate"], "next" in tier) == ("t1", "2025-02-01T00:00:00+01:00", False)


def test_in_its_grace_a_level_expires_at_the_end_of_it(client: Client, clock: Clock) -> None:
    set_up(structure(expiration_type="calendar", calendar_expirations=["01-01"], level_grace_days=30))
    done("opt_in")
    done("point_add", points=1_000)
    run_timer(local("2026-01-01 00:00"))
    clock(local("2026-01-02"))

    [tier] = tiers_told(client)
    assert (tier["id"], tier["expdate"], tier["points"]) == ("t1", "2026-01-31T00:00:00+01:00", 0)
    assert tier["next"]["points"] == 5_000


def test_structures_stand_side_by_side_in_the_order_of_their_ids(client: Client) -> None:
    spent = structure("spent", type="spend_based", currency="EUR", levels=({"id": "s0"}, {"id": "s1", "threshold": 50}))
    set_up(structure(), spent)
    done("opt_in")
    # Which is 61 points.
    buy("R-1", "60.50")
    done("point_add", points=2_000)

    found = tiers_told(client)
    assert [(one["structure"], one["id"]) for one in found] == [
        ({"id": "spent", "name": "Spent"}, "s1"),
        (STANDARD, "t1"),
    ]
    # A fraction as a number, a whole one as an integer.
    assert [(repr(one["points"]), "next" in one) for one in found] == [("60.5", False), ("2061", True)]


def test_without_a_level_the_list_is_empty(client: Client) -> None:
    set_up(structure(initialise_at_opt_in=False, levels=LEVELS[1:]))
    done("opt_in")
    assert tiers_told(client) == []

    done("point_add", points=1_000)
    assert [one["id"] for one in tiers_told(client)] == ["t1"]


def test_without_structures_the_list_is_empty(client: Client) -> None:
    set_up()
    done("opt_in")
    assert tiers_told(client) == []


def test_while_the_module_is_off_nothing_is_told(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    configure()

    assert "tiers" not in get(client, "/customers/C-1?fields=tiers")


def test_an_inactive_structure_is_not_told(client: Client) -> None:
    set_up(structure(), structure("other"))
    done("opt_in")
    set_up(structure(), structure("other", status="inactive"))

    assert [one["structure"]["id"] for one in tiers_told(client)] == ["standard"]


NAMES = (
    {"id": "t0", "name": {"de": "Mitglied", "en": "Member"}},
    {"id": "t1", "name": {"de": "Silber", "fr": "Argent"}, "threshold": 1_000},
)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ("Mitglied", "Silber")),
        ("de-AT", ("Mitglied", "Silber")),
        ("fr", ("Member", "Argent")),
        ("hu", ("Member", "Silber")),
        ("", ("Member", "Silber")),
    ],
)
def test_names_are_in_the_customers_language(client: Client, language: str, names: tuple[str, str]) -> None:
    set_up(structure(levels=NAMES))
    profile: dict[str, Any] = {"language": language} if language else {}
    done("opt_in", **profile)

    answer = client.get("/customers/C-1?api_key=till-key", headers={"Accept-Language": "fr"})

    [tier] = answer.json()["tiers"]
    assert (tier["name"], tier["next"]["name"]) == names


def test_a_search_tells_them_if_asked(client: Client) -> None:
    set_up(structure())
    for customer in ("C-1", "C-2"):
        done("opt_in", customer=customer, first_name="Ann")

    assert get(client, "/customers?first_name=Ann&fields=tiers")["data"] == [
        {"id": "C-1", "tiers": [LOWEST]},
        {"id": "C-2", "tiers": [LOWEST]},
    ]


@pytest.mark.parametrize("path", ["/customers?first_name=Ann&fields=tiers", "/v1/customers"])
def test_more_customers_and_points_cost_no_more_queries(client: Client, path: str) -> None:
    set_up(structure(), structure("other"))
    done("opt_in", first_name="Ann")
    counted = [queries(client, path)]
    for customer in ("C-2", "C-3"):
        done("opt_in", customer=customer, first_name="Ann")
        done("point_add", START, customer, points=1_500)
        done("point_add", local("2025-01-11"), customer, points=1_500)
    counted.append(queries(client, path))
    assert counted[0] == counted[1]


def test_without_structures_few_more_queries_are_made(client: Client) -> None:
    set_up()
    done("opt_in")
    on = queries(client, "/customers/C-1")
    configure()
    assert on - queries(client, "/customers/C-1") <= 5


def queries(client: Client, path: str) -> int:
    get(client, path)
    with CaptureQueriesContext(connection) as captured:
        get(client, path)
    return len(captured)


def test_events_that_change_levels_are_in_the_history(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=1_000)

    found: list[Any] = get(client, "/customers/C-1/events?action=tier_up")["data"]
    told = {one["name"]: one["value"] for one in found[0]["properties"]}
    assert (len(found), told) == (
        1,
        {"structure": "standard", "from": "t0", "to": "t1", "points": 1_000, "reason": "points"},
    )
