"""Levels in the merge wizard, and in what is handed out of a person."""

import datetime as dt
import html
import json
import re

import pytest
from django.test import Client

from customers.models import Customer
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.tiers.profile.comparing import ComparedTier, compared_tiers
from tests.tiers.ladders import done, set_up, structure

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """The one who goes, of 600 points, and the one who stays, of 500."""
    set_up(structure())
    for name, points in (("old", 600), ("ann", 500)):
        done("opt_in", NOW, name, first_name=name)
        done("point_add", NOW, name, points=points)
    return Customer.objects.get(public_id="old"), Customer.objects.get(public_id="ann")


def test_the_levels_of_both_and_what_their_points_reach_together(pair: tuple[Customer, Customer]) -> None:
    assert [*compared_tiers(*pair)] == [ComparedTier("Standard", "T0", "T0", "T1")]
    done("tier_change", NOW, "old", structure="standard", tier="t2")
    assert [*compared_tiers(*pair)] == [ComparedTier("Standard", "T2", "T0", "T2")]
    set_up(structure(status="inactive"))
    assert [*compared_tiers(*pair)] == []


def test_the_wizard_shows_them_and_the_merge_does_it(client: Client, pair: tuple[Customer, Customer]) -> None:
    source, target = pair
    client.force_login(User.objects.create_user("dana", role=Role.ADMINISTRATOR))
    page = client.get(f"/customers/{target.id}/merge/{source.id}/").content.decode()
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "Level Stays Goes After the merge Standard T0 T0 T1" in shown
    assert "Levels: the higher one stays, and the points that count for them add up 1" in shown
    client.post(f"/customers/{target.id}/merge/{source.id}/", {"confirmation": "old"})
    page = client.get(f"/customers/{target.id}/events/").content.decode()
    assert "Rose from T0 to T1 in Standard: the points of both merged profiles count." in page


def test_what_is_handed_out_names_structures_and_levels(client: Client, pair: tuple[Customer, Customer]) -> None:
    client.force_login(User.objects.create_user("dana", role=Role.ADMINISTRATOR))
    answer = client.get(f"/customers/{pair[0].id}/data/json/")
    data = json.loads(b"".join(answer.streaming_content))["data"]  # type: ignore[attr-defined]
    [held] = data["customer_tier"]
    assert (held["structure"], held["level"], held["customer"]) == ("Standard", "T0", "old")
    [day] = data["status_day"]
    assert (day["structure"], day["points"]) == ("Standard", 600)
    assert data["late_points"] == []
