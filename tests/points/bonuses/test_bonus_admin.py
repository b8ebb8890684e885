"""Bonuses and earning rules in the configuration."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.template import Engine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.accounts.models import Account, EarningRule
from loyalty.points.bonuses.models import Bonus, BonusTotal
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.points.bonuses.bonus import bonus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lenient_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The admin's own templates name variables that are not always there, and count them."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    return client


def save(client: Client, address: str = "add/", **fields: Any) -> Any:
    account = Account.objects.get(is_default=True).pk
    sent = {"account": account, "name": "Shoe week", "active": "on", "kind": "multiplier", "multiplier": "2"} | fields
    return client.post(f"/admin/points/bonus/{address}", {name: value for name, value in sent.items() if value})


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


def test_a_bonus_is_saved_as_entered(admin: Client) -> None:
    answer = save(
        admin, first_day="2026-03-01", last_day="2026-03-07", categories="Shoes \r\n\r\nBoots\r\nShoes", channels="web",
        currency="EUR", minimum="20", customer_limit="100", total_limit="1000",
    )  # fmt: skip

    assert answer.status_code == 302
    made = Bonus.objects.get()
    assert (made.name, made.multiplier, made.points, made.active) == ("Shoe week", Decimal(2), None, True)
    assert (made.products, made.categories, made.channels) == ([], ["Shoes", "Boots"], ["web"])
    assert (made.first_day, made.last_day) == (dt.date(2026, 3, 1), dt.date(2026, 3, 7))
    assert (made.currency, made.minimum, made.customer_limit, made.total_limit) == ("EUR", Decimal(20), 100, 1000)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"multiplier": ""}, {"multiplier": "Enter what the points are multiplied by, such as 2."}),
        ({"multiplier": "101"}, {"multiplier": "Ensure this value is less than or equal to 100."}),
        ({"points": "5"}, {"points": "Leave this empty, or choose the kind “Fixed points”."}),
        ({"kind": "fixed", "multiplier": ""}, {"points": "Enter how many points it gives."}),
        ({"kind": "fixed", "points": "5"}, {"multiplier": "Leave this empty, or choose the kind “Multiplier”."}),
        (
            {"first_day": "2026-03-02", "last_day": "2026-03-01"},
            {"last_day": "Choose a day that is not before the first day."},
        ),
        ({"minimum": "10"}, {"currency": "Enter the currency of the minimum amount."}),
        ({"currency": "Euro"}, {"currency": "Ensure this value has at most 3 characters (it has 4)."}),
        ({"total_limit": "-1"}, {"total_limit": "Ensure this value is greater than or equal to 0."}),
        ({"products": "A\n" + "x" * 201}, {"products": "Line 2 is longer than 200 characters: shorten it."}),
    ],
)
def test_a_mistake_is_told_at_its_field_with_its_cure(
    admin: Client, fields: dict[str, str], expected: dict[str, str]
) -> None:
    answer = save(admin, **fields)

    found = errors(answer)
    assert (answer.status_code, set(found) - {"__all__"}) == (200, set(expected))
    assert {name: found[name][0] for name in expected} == expected
    assert not Bonus.objects.exists()


def test_the_page_of_a_bonus_shows_its_lists_and_what_it_has_given(admin: Client) -> None:
    made = bonus("2", products=["A", "B"], total_limit=100)
    BonusTotal.objects.update(points=37)

    html = admin.get(f"/admin/points/bonus/{made.pk}/change/").content.decode()

    assert re.search(r"<textarea[^>]*name=\"products\"[^>]*>\s*A\nB</textarea>", html)
    assert re.search(r">\s*37\s*<", html)


def test_the_list_of_bonuses_takes_the_same_queries_for_1_and_for_3(admin: Client) -> None:
    taken = []
    for number in (1, 2):
        for _ in range(number):
            bonus("2", total_limit=5)
        with CaptureQueriesContext(connection) as captured:
            assert admin.get("/admin/points/bonus/").status_code == 200
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_a_bonus_is_switched_off_not_deleted(admin: Client) -> None:
    made = bonus("2")

    assert admin.post(f"/admin/points/bonus/{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert save(admin, f"{made.pk}/change/", active="").status_code == 302
    assert not Bonus.objects.get().active


def test_an_earning_rule_names_the_wrong_rate(admin: Client) -> None:
    rule = EarningRule.objects.get()
    sent = {
        "account": rule.account_id, "basis": "item", "rounding": "down", "percentage": "10001", "rates-TOTAL_FORMS": "1",
        "rates-INITIAL_FORMS": "0", "rates-0-currency": "huf", "rates-0-percentage": "0.25",
    }  # fmt: skip
    answer = admin.post(f"/admin/points/earningrule/{rule.pk}/change/", sent)

    assert errors(answer) == {"percentage": ["Ensure this value is less than or equal to 10000."]}
    [formset] = answer.context["inline_admin_formsets"]
    assert formset.formset.errors == [{"currency": ["Enter an ISO 4217 code."]}]

    sent |= {"percentage": "50", "rates-0-currency": "HUF"}
    assert admin.post(f"/admin/points/earningrule/{rule.pk}/change/", sent).status_code == 302
    rule.refresh_from_db()
    assert (rule.basis, rule.percentage, rule.rates.get().currency) == ("item", Decimal(50), "HUF")


def test_the_right_to_fix_points_is_given_to_an_api_key_here(admin: Client) -> None:
    key = development_key(name="Office")
    sent = {"name": "Office", "apis": ["events"], "may_fix_points": "on"}

    assert admin.post(f"/admin/staff/apikey/{key.pk}/change/", sent).status_code == 302
    key.refresh_from_db()
    assert key.may_fix_points
