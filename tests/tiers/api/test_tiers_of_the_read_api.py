"""`tiers` of `GET /v1/customers…`, by the IDs of their structures."""

from django.test import Client

from events.models import Event
from tests.engine.world import configure
from tests.tiers.api.conftest import Clock
from tests.tiers.api.telling import get, tiers_read
from tests.tiers.ladders import LEVELS, done, local, run_timer, set_up, structure


def event_of(action: str) -> str:
    return str(Event.objects.filter(action=action).latest("id").id)


def test_a_level_is_told_with_the_points_of_its_days(client: Client, clock: Clock) -> None:
    set_up(structure(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2025-01-01"))
    done("point_add", local("2025-01-15"), points=600)
    done("point_add", local("2025-06-15"), points=600)
    clock(local("2025-06-15"))

    assert tiers_read(client) == {
        "standard": {
            "_id": "t1",
            "name": "T1",
            "since": "2025-06-15T10:00:00+00:00",
            "threshold": 1_000,
            "expdate": "2026-01-15",
            "points": 1_200,
            "points_after_expiration": 600,
            "manual": False,
            "event": event_of("tier_up"),
            "history": {"2025-01-15": 600, "2025-06-15": 600},
            "next": {"id": "t2", "name": "T2", "points": 3_800},
        }
    }

    run_timer(local("2026-01-15 00:00"))
    clock(local("2026-01-15"))
    fallen = tiers_read(client)["standard"]
    assert (fallen["_id"], fallen["points"], fallen["event"]) == ("t0", 600, event_of("tier_down"))
    # What has left the window is history all the same.
    assert fallen["history"] == {"2025-01-15": 600, "2025-06-15": 600}
    assert "expdate" not in fallen


def test_the_level_of_the_opt_in_is_of_that_event(client: Client) -> None:
    set_up(structure())
    done("opt_in")

    found = tiers_read(client)["standard"]
    assert (found["_id"], found["event"], found["history"]) == ("t0", event_of("opt_in"), {})


def test_next_is_an_empty_object_on_the_top(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    done("point_add", points=5_000)

    assert tiers_read(client)["standard"]["next"] == {}


def test_by_invitation_nothing_is_next(client: Client) -> None:
    set_up(structure(type="invitation_only"))
    done("opt_in")

    assert tiers_read(client)["standard"]["next"] == {}


def test_a_level_by_hand_says_so_until_points_reach_a_higher_one(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    done("tier_change", structure="standard", tier="t1")
    found = tiers_read(client)["standard"]
    assert (found["_id"], found["manual"], found["event"]) == ("t1", True, event_of("tier_up"))

    done("point_add", points=5_000)
    found = tiers_read(client)["standard"]
    assert (found["_id"], found["manual"]) == ("t2", False)


def test_names_are_in_the_customers_language(client: Client) -> None:
    levels = [{**level, "name": {"en": "Level", "de": "Stufe"}} for level in LEVELS]
    set_up(structure(levels=levels))
    done("opt_in", language="de")

    found = tiers_read(client)["standard"]
    assert (found["name"], found["next"]["name"]) == ("Stufe", "Stufe")


def test_whoever_has_no_level_is_told_without(client: Client) -> None:
    set_up(structure(initialise_at_opt_in=False, levels=LEVELS[1:]))
    done("opt_in")
    assert "tiers" not in get(client, "/v1/customers/C-1")["payload"]


def test_the_list_tells_each_of_its_own(client: Client) -> None:
    set_up(structure(), structure("other", levels=LEVELS[:2]))
    done("opt_in")
    done("opt_in", customer="C-2")
    done("point_add", customer="C-2", points=1_000)

    found = get(client, "/v1/customers")["payload"]["customers"]
    told = {one["_id"]: {slug: tier["_id"] for slug, tier in one["tiers"].items()} for one in found}
    assert told == {"C-1": {"other": "t0", "standard": "t0"}, "C-2": {"other": "t1", "standard": "t1"}}


def test_while_the_module_is_off_nothing_is_told(client: Client) -> None:
    set_up(structure())
    done("opt_in")
    configure()

    assert "tiers" not in get(client, "/v1/customers/C-1")["payload"]
