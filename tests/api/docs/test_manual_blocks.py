"""The example blocks of the manual's customer object, out of histories that give them: every key, type and value."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api_keys import development_key
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.django_db
WHO = "0519001"


def unix(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


@pytest.fixture
def key(db: None) -> str:
    return development_key(name="manual").key


def get(client: Client, key: str, fields: str = "") -> dict[str, Any]:
    answer = client.get(f"/customers/{WHO}", {"api_key": key, **({"fields": fields} if fields else {})})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def typed(found: Any) -> Any:
    """1 and True, 0 and 0.0 are different on the wire."""
    if isinstance(found, dict):
        return {name: typed(value) for name, value in found.items()}
    if isinstance(found, list):
        return [typed(value) for value in found]
    return type(found), found


def the_history() -> None:
    """Seven orders of somebody nobody has enrolled yet, then the opt-in, a profile, and points."""
    for number, day in enumerate((1, 3, 5, 9, 12, 15, 19), 1):
        at = dt.datetime(2021, 8, day, 10, tzinfo=dt.UTC)
        total = 700 if number < 6 else 250
        items = [{"product_id": f"p{number}", "quantity": 2, "subtotal": total}]
        accepted(event(WHO, "checkout", transaction_id=f"m{number}", total=total, items=items), at=at)
    accepted(event(WHO, "opt_in", email="test@antavo.com", birth_date="1980-01-16"), at=unix(1631673016))
    accepted(event(WHO, "point_add", points=92_000), at=unix(1631673020))
    accepted(event(WHO, "point_spend", points=32_000), at=unix(1631680000))
    accepted(event(WHO, "profile", first_name="An", last_name="Example"), at=unix(1631689513))


def test_the_root_block(client: Client, key: str) -> None:
    the_history()
    found = get(client, key)
    expected = {
        "id": "0519001",
        "optin_at": 1631673016,
        "last_login_at": None,
        "updated_at": 1631689513,
        "first_name": "An",
        "last_name": "Example",
        "email": "test@antavo.com",
        "birth_date": "1980-01-16",
        "gender": None,
        "language": None,
        "nickname": None,
        "status": "active",
        "score": 96000,
        "spent": 32000,
        "reserved": 0,
        "spendable": 64000,
        "pending": 0,
        "properties": {"auto_subscribed": True},
        "purchase_total": 4000,
        "purchase_count": 7,
        "purchase_last_date": "2021-08-19",
    }
    assert typed({name: found[name] for name in expected}) == typed(expected)


def test_the_accounts_block(client: Client, key: str) -> None:
    rows("UPDATE staff_generalsettings SET modules = '{multi_accounts}'")
    rows("UPDATE points_account SET slug = 'doc1', name = 'Test1'")
    for currency, points in (("GBP", 200), ("HUF", 50)):
        rate = "INSERT INTO points_burnrate (account_id, currency, points, amount) SELECT id, %s, %s, 100 FROM points_account"
        rows(rate, [currency, points])
    accepted(event(WHO, "opt_in"), event(WHO, "point_add", points=12_705), event(WHO, "point_spend", points=1_056))
    block = {
        "id": "doc1", "name": "Test1", "default": True, "earned": 12705, "spent": 1056, "pending": 0, "reserved": 0, "expired": 0,
        "spendable": 11649, "point_balance": 11649,
        "burn_rates": [
            {"amount": 100, "points": 200, "currency": "GBP", "converted_amount": 58, "unconverted_points": 49},
            {"amount": 100, "points": 50, "currency": "HUF", "converted_amount": 232, "unconverted_points": 49},
        ],
    }  # fmt: skip
    assert typed(get(client, key)["accounts"]) == typed([block])


def test_the_expiring_points_block(client: Client, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points expire on 25 December; it is November."""
    rows("UPDATE points_account SET expiry = 'calendar', expiry_month = 12, expiry_day = 25")
    at = dt.datetime(2022, 11, 20, 12, tzinfo=dt.UTC)
    accepted(event(WHO, "opt_in"), event(WHO, "point_add", points=123), at=at)
    monkeypatch.setattr(timezone, "now", lambda: at)
    expected = {
        "account": "main",
        "today": 0,
        "this_month": 0,
        "this_year": 123,
        "next_month": 123,
        "next_year": 0,
        "reset_date": "2022-12-25",
    }
    assert typed(get(client, key, "expiring_points")["expiring_points"]) == typed(expected)


def test_the_history_of_expiring_points(client: Client, key: str) -> None:
    at = dt.datetime(2022, 11, 20, 12, tzinfo=dt.UTC)
    accepted(event(WHO, "opt_in"), event(WHO, "point_add", points=1234, expdate="2022-12-31"), at=at)
    found = get(client, key, "expiring_points.history")["expiring_points"]["history"]
    assert typed(found) == typed([{"date": "2022-12-31", "points": 1234}])
