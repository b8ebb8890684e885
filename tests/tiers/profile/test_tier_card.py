"""The tier card and the badges: what a stranger reads of a customer's level, and what to do next."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.tiers.ladders import LEVELS, done, local, run_timer, set_up, structure

pytestmark = pytest.mark.django_db

CLUB = (
    {"id": "basic", "name": {"en": "Basic"}, "threshold": 0},
    {"id": "silver", "name": {"en": "Silver"}, "threshold": 1_000},
    {"id": "gold", "name": {"en": "Gold"}, "threshold": 5_000, "multiplier": "1.5", "tags": ["Lounge"],
     "values": {"Delivery": "free"}},
)  # fmt: skip
TODAY = local("2026-02-10")


@pytest.fixture(autouse=True)
def berlin(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    at(monkeypatch, TODAY)


def at(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now.astimezone(dt.UTC))


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def club(**more: Any) -> dict[str, Any]:
    return structure("club", CLUB, **more)


def overview(client: Client, customer: str = "C-1") -> str:
    found = Customer.objects.get(public_id=customer)
    answer = client.get(f"/customers/{found.id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def card(client: Client, customer: str = "C-1") -> str:
    """Its text, without markup."""
    page = overview(client, customer)
    found = re.search(r'<section class="card" aria-labelledby="tiers-card">(.*?)</section>', page, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def bars(client: Client) -> list[tuple[str, str]]:
    """(value, name) of the progress bars."""
    return re.findall(r'<progress value="(\d+)" max="100" aria-label="([^"]+)"', overview(client))


def badges(client: Client) -> list[str]:
    return re.findall(r'class="badge accent plain named">([^<]+)<', overview(client))


def test_the_card_tells_the_level_and_the_way_to_the_next(client: Client) -> None:
    set_up(club())
    done("opt_in", TODAY)
    done("point_add", TODAY, points=400)
    shown = card(client)
    assert "Club Basic Since 10 February 2026" in shown
    assert "600 points to Silver" in shown
    assert "400 of 1,000 points" in shown
    assert "Basic is the lowest level and does not expire." in shown
    assert bars(client) == [("40", "Progress to Silver")]
    assert badges(client) == ["Basic"]


def test_what_will_be_lost_when_and_what_prevents_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(club(expiration_type="rolling", rolling_months=12))
    done("opt_in", local("2025-02-28"))
    done("point_add", local("2025-02-28"), points=400)
    done("point_add", local("2025-06-01"), points=600)
    shown = card(client)
    assert "Silver through 27 February 2026; then Basic, unless the customer collects 400 points more by then." in shown
    assert "4,000 points to Gold" in shown


def test_points_that_hold_a_level_beyond_its_day_renew_it(client: Client) -> None:
    set_up(club(validity={"until": "months", "months": 6}))
    done("opt_in", TODAY)
    done("point_add", TODAY, points=1_000)
    assert "Silver through 9 August 2026 and beyond: the points keep it." in card(client)


def test_grace_is_told_before_and_while_it_lasts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(club(expiration_type="calendar", calendar_expirations=["01-01"], level_grace_days=30))
    done("opt_in", local("2025-03-01"))
    done("point_add", local("2025-03-01"), points=1_200)
    at(monkeypatch, local("2025-12-01"))
    assert (
        "Silver through 31 December 2025, and in grace through 30 January 2026; then Basic, unless the customer"
        " collects 1,000 points from 1 January 2026 on."
    ) in card(client)
    now = local("2026-01-10")
    run_timer(now)
    at(monkeypatch, now)
    done("point_add", now, points=300)
    shown = card(client)
    assert "Silver Set by hand" not in shown
    assert "In grace" in shown
    assert (
        "Silver expired after 31 December 2025 and is kept in grace through 30 January 2026; then Basic, unless the"
        " customer collects 700 points more by then."
    ) in shown


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"validity": {"until": "next_period"}}, "Silver through 31 December 2026; then Basic, unless the customer collects 1,000 points from 1 January 2026 on."),
        ({}, "Silver through 31 December 2025; then Basic."),
        ({"method": "never"}, "Silver does not expire."),
    ],
)  # fmt: skip
def test_periods(client: Client, monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any], sentence: str) -> None:
    set_up(club(expiration_type="calendar", calendar_expirations=["01-01"], **rules))
    done("opt_in", local("2025-03-01"))
    done("point_add", local("2025-03-01"), points=1_200)
    at(monkeypatch, local("2025-12-01"))
    assert sentence in card(client)


def test_one_step_down_is_told_as_such(client: Client) -> None:
    set_up(club(expiration_type="rolling", rolling_months=12, method="one_down"))
    done("opt_in", TODAY)
    done("point_add", TODAY, points=6_000)
    assert "Gold through 9 February 2027; then Silver, unless the customer collects 5,000 points more by then." in card(
        client
    )


def test_a_level_kept_for_good_and_its_benefits(client: Client) -> None:
    levels = [*CLUB[:2], {**CLUB[2], "kept": True}]
    set_up(structure("club", levels, expiration_type="rolling", rolling_months=12))
    done("opt_in", TODAY)
    done("point_add", TODAY, points=6_000)
    shown = card(client)
    assert "This is the highest level" in shown
    assert "6,000 points" in shown
    assert "Gold is kept for good." in shown
    assert "Purchases earn 1.5 times the points" in shown
    assert "Delivery: free Lounge" in shown
    assert bars(client) == []


def test_by_hand_and_a_date_by_hand(client: Client) -> None:
    set_up(club(expiration_type="rolling", rolling_months=12))
    done("opt_in", TODAY)
    done("tier_change", TODAY, structure="club", tier="silver", expdate="2026-03-31")
    shown = card(client)
    assert "Silver Set by hand" in shown
    assert "Silver through 31 March 2026; then Basic, unless the customer collects 1,000 points more by then." in shown
    assert "The date was set by hand: the next action that counts points computes it anew." in shown


def test_purchases_are_told_in_money(client: Client) -> None:
    set_up(club(type="spend_based", currency="EUR"))
    done("opt_in", TODAY)
    done("checkout", TODAY, transaction_id="T-1", total="250.50")
    shown = card(client)
    assert "749.50 EUR to Silver" in shown


def test_by_invitation_points_lead_nowhere(client: Client) -> None:
    set_up(club(type="invitation_only"))
    done("opt_in", TODAY)
    assert "Levels are given by invitation: points do not count here" in card(client)
    assert bars(client) == []


def test_who_has_no_level_yet_is_told_how_to_reach_one(client: Client) -> None:
    levels = [{"id": "silver", "name": {"en": "Silver"}, "threshold": 500}, *LEVELS[1:]]
    set_up(structure("club", levels, initialise_at_opt_in=False))
    done("opt_in", TODAY)
    done("point_add", TODAY, points=100)
    shown = card(client)
    assert "Club No level yet 400 points to Silver 100 of 500 points" in shown
    assert bars(client) == [("20", "Progress to Silver")]
    assert badges(client) == []


def test_structures_stand_side_by_side_by_name(client: Client) -> None:
    set_up(club(), structure("air", LEVELS))
    done("opt_in", TODAY)
    shown = card(client)
    assert shown.index("Air T0") < shown.index("Club Basic")
    assert badges(client) == ["Air · T0", "Club · Basic"]


def test_nothing_while_the_module_is_off_or_no_structure_is_active(client: Client) -> None:
    set_up(club())
    done("opt_in", TODAY)
    assert card(client)
    set_up(club(status="inactive"))
    assert (card(client), badges(client)) == ("", [])
    assert "Tier up…" not in overview(client)
    set_up(club())
    GeneralSettings.objects.update(modules=["expiring_points"])
    assert (card(client), badges(client)) == ("", [])


def test_a_fixed_number_of_queries(client: Client) -> None:
    counts = []
    for number in (1, 3):
        set_up(*(structure(f"s{place}") for place in range(number)))
        done("opt_in", TODAY, f"C-{number}")
        for day in range(1, number + 1):
            done("point_add", local(f"2026-01-0{day}"), f"C-{number}", points=1_000)
        with CaptureQueriesContext(connection) as captured:
            overview(client, f"C-{number}")
        counts.append(len(captured))
    assert counts[0] == counts[1]
