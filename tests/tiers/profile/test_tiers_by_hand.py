"""Levels that staff set by hand, and last days: what is offered, what it does, and what it refuses in plain words."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from customers.models import Customer
from events.models import Event
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.profile.operations import change_tier
from tests.tiers.ladders import LEVELS, done, level, set_up, structure, told
from tests.tiers.ladders import tier as standing_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOW = dt.datetime.now(dt.UTC)
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12}


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def client(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


@pytest.fixture
def ann() -> Customer:
    set_up(structure(**ROLLING))
    return member()


def member(points: int = 0, customer: str = "C-1") -> Customer:
    done("opt_in", NOW, customer, first_name="Ann")
    if points:
        done("point_add", NOW, customer, points=points)
    return Customer.objects.get(public_id=customer)


def dialog(client: Client, customer: Customer, name: str) -> str:
    answer = client.get(f"/customers/{customer.id}/tiers/{name}/", headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, customer: Customer, name: str, **data: Any) -> Any:
    sent = {"token": uuid4(), **data}
    return client.post(f"/customers/{customer.id}/tiers/{name}/", sent, headers=HTMX)


def errors(answer: Any) -> dict[str, str]:
    """By field; above the form under an empty name."""
    assert answer.status_code == 422
    page = answer.content.decode()
    found = dict(re.findall(r'id="id_([^"]+)_error" role="alert">.*?<span>([^<]*)</span>', page, re.S))
    above = re.findall(r'class="notice error" role="alert">.*?<span>([^<]*)</span>', page, re.S)
    return found | ({"": above[0]} if above else {})


def offered(client: Client, customer: Customer) -> list[str]:
    page = client.get(f"/customers/{customer.id}/").content.decode()
    return [name for name in ("Tier up…", "Tier down…", "Change tier expiration…") if f"{name}</a>" in page]


def choices(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]*)"', page)


# What is offered


def test_the_menu_offers_what_is_possible(client: Client) -> None:
    set_up(structure(method="one_down", **ROLLING))
    ann = member()
    assert offered(client, ann) == ["Tier up…"]
    done("point_add", NOW, points=1_000)
    assert offered(client, ann) == ["Tier up…", "Tier down…", "Change tier expiration…"]
    done("point_add", NOW, points=9_000)
    assert offered(client, ann) == ["Tier down…", "Change tier expiration…"]
    Customer.objects.update(status="suspended")
    assert offered(client, ann) == ["Tier down…", "Change tier expiration…"]
    Customer.objects.update(status="inactive")
    assert offered(client, ann) == []


def test_without_the_right_nothing_is_offered(client: Client, ann: Customer) -> None:
    client.force_login(User.objects.create_user("rita", role=Role.READ_ONLY))
    assert offered(client, ann) == []
    assert client.get(f"/customers/{ann.id}/tiers/up/").status_code == 403


def test_without_tiers_there_are_no_dialogs(client: Client) -> None:
    done("opt_in", NOW)
    customer = Customer.objects.get()
    assert offered(client, customer) == []
    for name in ("up", "down", "expiration"):
        assert client.get(f"/customers/{customer.id}/tiers/{name}/").status_code == 404


def test_levels_above_and_below_the_nearest_first(client: Client) -> None:
    set_up(structure(method="one_down", **ROLLING))
    ann = member(points=5_000)
    assert choices(dialog(client, ann, "up")) == []
    assert choices(dialog(client, ann, "down")) == ["standard/t1", "standard/t0"]


def test_a_level_below_the_one_that_points_reach_is_not_offered_where_the_highest_is_kept(
    client: Client, ann: Customer
) -> None:
    done("point_add", NOW, points=1_200)
    assert "Tier down…" not in offered(client, ann)
    done("tier_change", NOW, structure="standard", tier="t2")
    assert choices(dialog(client, ann, "down")) == ["standard/t1"]
    assert "Standard keeps the highest level that points reach: not below T1" in dialog(client, ann, "down")


def test_levels_of_several_structures_are_grouped(client: Client) -> None:
    set_up(structure("air"), structure("club"))
    page = dialog(client, member(), "up")
    assert re.findall(r'<optgroup label="([^"]+)"', page) == ["Air", "Club"]
    assert choices(page) == ["air/t1", "air/t2", "club/t1", "club/t2"]
    assert "Ann · Air: T0 · Club: T0" in page


def test_the_dialogs_say_what_will_happen(client: Client, ann: Customer) -> None:
    done("point_add", NOW, points=1_200)
    assert "The level stays until points reach a higher one, or until it expires." in dialog(client, ann, "up")
    assert "The next action of the customer that counts points computes the date anew." in dialog(
        client, ann, "expiration"
    )


# What it does


def test_tier_up(client: Client, dana: User, ann: Customer) -> None:
    answer = send(client, ann, "up", level="standard/t2", reason="Status match")
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    found = standing_of(NOW)
    assert found is not None
    assert (found.level.slug, found.standing.manual) == ("t2", True)
    event = Event.objects.get(action="tier_change")
    assert (event.source, event.staff) == ("back_office", dana)
    assert event.data == {"structure": "standard", "tier": "t2", "reason": "Status match", "from": "t0"}
    assert told() == [("tier_up", "t0", "t2", "manual")]
    page = client.get(f"/customers/{ann.id}/").content.decode()
    assert "Ann now has the level T2 in Standard." in page
    entry = AuditEntry.objects.get(operation="tier.change")
    assert (entry.customer_id, entry.reason) == (ann.id, "Status match")


def test_tier_up_with_a_last_day(client: Client, ann: Customer) -> None:
    send(client, ann, "up", level="standard/t1", last_day="2099-12-31")
    found = standing_of(NOW)
    assert found is not None
    assert found.last_day == dt.date(2099, 12, 31)


def test_tier_down(client: Client) -> None:
    set_up(structure(method="one_down", **ROLLING))
    customer = member(6_000)
    assert send(client, customer, "down", level="standard/t1", reason="Fraud").status_code == 204
    assert told() == [("tier_up", "t0", "t2", "points"), ("tier_down", "t2", "t1", "manual")]


def test_the_last_day_is_changed_and_taken_away(client: Client, ann: Customer) -> None:
    done("point_add", NOW, points=1_000)
    page = dialog(client, ann, "expiration")
    assert 'type="hidden" name="level" value="standard"' in page
    send(client, ann, "expiration", level="standard", ends="day", last_day="2099-12-31")
    found = standing_of(NOW)
    assert found is not None
    assert found.last_day == dt.date(2099, 12, 31)
    assert "T1 is valid through 31 December 2099." in client.get(f"/customers/{ann.id}/").content.decode()
    send(client, ann, "expiration", level="standard", ends="never")
    found = standing_of(NOW)
    assert found is not None
    assert found.last_day is None


def test_a_form_that_is_sent_twice_acts_once(client: Client, ann: Customer) -> None:
    token = uuid4()
    for _ in range(2):
        send(client, ann, "up", token=token, level="standard/t1")
    assert Event.objects.filter(action="tier_change").count() == 1
    assert "This action was already recorded." in client.get(f"/customers/{ann.id}/").content.decode()


def test_without_script_it_ends_on_the_profile(client: Client, ann: Customer) -> None:
    path = f"/customers/{ann.id}/tiers/up/"
    answer = client.post(path, {"token": uuid4(), "level": "standard/t1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{ann.id}/")


# What it refuses


def test_nobody_is_set_below_what_the_points_reach(client: Client, ann: Customer) -> None:
    done("point_add", NOW, points=1_200)
    answer = send(client, ann, "down", level="standard/t0")
    assert errors(answer) == {
        "level": "The points of the customer reach a higher level, and this structure keeps the highest one they reach."
    }
    assert level(NOW) == "t1"


def test_a_day_in_the_past_is_refused_at_its_field(client: Client, ann: Customer) -> None:
    answer = send(client, ann, "up", level="standard/t1", last_day="2020-01-01")
    assert errors(answer) == {"last_day": "“Valid through” must not be in the past."}
    done("point_add", NOW, points=1_000)
    answer = send(client, ann, "expiration", level="standard", ends="day", last_day="2020-01-01")
    assert errors(answer) == {"last_day": "“Expiration date” must not be in the past."}
    answer = send(client, ann, "expiration", level="standard", ends="day")
    assert errors(answer) == {"last_day": "Enter the last day."}


def test_the_lowest_level_has_no_last_day(client: Client) -> None:
    set_up(structure(method="one_down", **ROLLING))
    customer = member(6_000)
    answer = send(client, customer, "down", level="standard/t0", last_day="2099-12-31")
    assert errors(answer) == {"last_day": "This level does not expire: leave “Valid through” empty."}


def test_who_comes_second_is_told_so(client: Client, ann: Customer) -> None:
    send(client, ann, "up", level="standard/t1")
    answer = send(client, ann, "up", level="standard/t1")
    assert errors(answer) == {"level": "The customer has this level already."}


def test_a_structure_that_is_gone_is_told_so(client: Client, ann: Customer) -> None:
    set_up(structure(**ROLLING, status="inactive"), structure("club"))
    answer = send(client, ann, "up", level="standard/t1")
    assert errors(answer) == {"level": "This structure is not active any more. Close this and open it again."}


def test_only_who_may_edit_customers_changes_levels(ann: Customer) -> None:
    reader = User.objects.create_user("rita", role=Role.READ_ONLY)
    with pytest.raises(PermissionDenied):
        change_tier(customer=ann, data={"structure": "standard", "tier": "t1"}, by=Sender(reader, NOW))


def test_who_has_no_level_yet_is_given_any(client: Client) -> None:
    set_up(structure(levels=[{"id": "t1", "threshold": 10}, *LEVELS[2:]], initialise_at_opt_in=False))
    customer = member()
    assert choices(dialog(client, customer, "up")) == ["standard/t1", "standard/t2"]
    assert "Ann · no level yet" in dialog(client, customer, "up")
    assert offered(client, customer) == ["Tier up…"]
