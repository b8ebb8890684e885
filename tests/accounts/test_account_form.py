"""The expiry rule of an account, as it is entered in the configuration."""

from typing import Any

import pytest
from django.test import Client

from loyalty.accounts.forms import AccountForm
from loyalty.accounts.models import Account
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User

# The vendor's admin templates use variables that are not there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NO_RATES = {f"burn_rates-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    return client


ENTERED = {"slug": "a", "name": "Points", "currency_label": "points", "type": "standard", "expiry_unit": "months"}


def save(admin: Client, **fields: Any) -> Account:
    """The account as it is stored then."""
    account = Account.objects.get(is_default=True)
    answer = admin.post(f"/admin/points/account/{account.pk}/change/", {**ENTERED, **NO_RATES, **fields})
    assert answer.status_code == 302
    account.refresh_from_db()
    return account


def test_a_rule_is_saved_with_what_it_needs(admin: Client) -> None:
    account = save(admin, expiry="rolling", expiry_after="18", expiry_unit="months")
    assert (account.expiry, account.expiry_after) == ("rolling", 18)

    account = save(admin, expiry="activity", expiry_after="1", expiry_actions=["checkout", "profile"])
    assert sorted(account.expiry_actions) == ["checkout", "profile"]
    assert account.expiry_since is not None

    account = save(admin, expiry="calendar", expiry_month="2", expiry_day="31")
    assert (account.expiry_month, account.expiry_day) == (2, 31)


@pytest.mark.parametrize(
    ("entered", "complaints"),
    [
        ({"expiry": "rolling"}, {"expiry_after": ["Enter how many days, months or years after the earning."]}),
        ({"expiry": "activity"}, {"expiry_after": ["Enter how many days, months or years after the last activity."]}),
        (
            {"expiry": "calendar"},
            {"expiry_month": ["Enter the month of the day."], "expiry_day": ["Enter the day."]},
        ),
        ({"expiry": "calendar", "expiry_month": "6"}, {"expiry_day": ["Enter the day."]}),
        (
            {"expiry": "rolling", "expiry_after": "0"},
            {"expiry_after": ["Ensure this value is greater than or equal to 1."]},
        ),
        (
            {"expiry": "activity", "expiry_after": "1", "expiry_actions": ["point_expire"]},
            {"expiry_actions": ["Select a valid choice. point_expire is not one of the available choices."]},
        ),
    ],
)
def test_an_incomplete_rule_is_told_at_its_field(entered: dict[str, Any], complaints: dict[str, list[str]]) -> None:
    form = AccountForm({**ENTERED, **entered})

    assert form.errors == complaints


def test_without_the_module_the_form_has_no_expiry_and_keeps_what_is_stored(admin: Client) -> None:
    save(admin, expiry="rolling", expiry_after="18")
    GeneralSettings.objects.update(modules=[])
    account = Account.objects.get(is_default=True)

    page = admin.get(f"/admin/points/account/{account.pk}/change/")
    assert b"expiry" not in page.content
    account = save(admin, expiry="none", name="Stars")

    assert (account.name, account.expiry, account.expiry_after) == ("Stars", "rolling", 18)


def test_an_account_is_added_with_its_rule(admin: Client) -> None:
    answer = admin.post("/admin/points/account/add/", {**ENTERED, **NO_RATES, "slug": "gold", "expiry": "anniversary"})

    assert answer.status_code == 302
    assert Account.objects.get(slug="gold").expiry == "anniversary"
