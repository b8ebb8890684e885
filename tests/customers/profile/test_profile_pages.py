import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from customers.profile.queries import attributes_of
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.ledger.queries import balances_of
from loyalty.points.overview.queries import strips_of
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, checkout, make_customer, make_order, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def get(client: Client, customer: Customer) -> str:
    answer = client.get(f"/customers/{customer.id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def facts(html: str) -> dict[str, str]:
    """What the lists of facts say, without markup."""
    pairs = re.findall(r"<dt>([^<]+)</dt><dd[^>]*>(.*?)</dd>", html)
    return {name: re.sub(r"<[^>]+>", "", value).strip() for name, value in pairs}


def add_points(customer: Customer, points: int, at: datetime = NOON, **extra: Any) -> None:
    tell(Incoming(customer.public_id, "point_add", {"points": points}, **extra), at=at)


def spend_points(customer: Customer, points: int, at: datetime = NOON) -> None:
    tell(Incoming(customer.public_id, "point_spend", {"points": points}), at=at)


def test_the_header_names_the_customer(client: Client) -> None:
    customer = make_customer("C-77", first_name="Zsófia", last_name="Kovács", email="z@example.com")
    html = get(client, customer)
    assert "<h1>Zsófia Kovács</h1>" in html
    assert 'class="badge green">Active<' in html
    assert 'data-copy="C-77"' in html
    assert "z<wbr>@example.com" in html
    assert "Never logged in" in html
    assert re.search(r'href="/customers/\d+/" aria-current="page">Overview', html)


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_who_is_gone_has_no_page(client: Client, status: str) -> None:
    customer = make_customer()
    Customer.objects.filter(id=customer.id).update(status=status)
    assert client.get(f"/customers/{customer.id}/").status_code == 404


@pytest.mark.parametrize("path", ["/customers/999999999/", "/customers/99999999999999999999/"])
def test_an_unknown_number_has_no_page(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_figures_are_the_balance_of_the_default_account(client: Client) -> None:
    customer = make_customer(points=12345)
    spend_points(customer, 345)
    shown = facts(get(client, customer))
    expected = {
        "Spendable": "12,000",
        "Score": "12,345",
        "Spent": "345",
        "Pending": "0",
        "Reserved": "0",
        "Expired": "0",
    }
    assert {name: shown[name] for name in expected} == expected


def test_expired_points_are_hidden_while_points_cannot_expire(client: Client) -> None:
    customer = make_customer()
    GeneralSettings.objects.update(modules=[])
    assert "Expired" not in get(client, customer)


def test_with_accounts_each_has_its_strip_in_the_order_of_ids(client: Client) -> None:
    Account.objects.create(slug="aaa", name="Airline miles")
    GeneralSettings.objects.update(modules=["multi_accounts"])
    customer = make_customer(points=10)
    add_points(customer, 7, account="aaa")
    html = get(client, customer)
    assert re.findall(r"<dt>Spendable</dt><dd>(\d+)</dd>", html) == ["7", "10"]
    assert html.index("Airline miles") < html.index(Account.objects.get(is_default=True).name)


def test_months_follow_the_effect_and_deductions_lower_what_was_earned(client: Client) -> None:
    customer = make_customer(at=NOON - timedelta(days=100))
    at = {"effective_timestamp": int(datetime(2026, 3, 31, 23, 59, tzinfo=UTC).timestamp())}
    tell(Incoming("C-1", "point_add", {"points": 100, **at}))
    add_points(customer, 50)
    spend_points(customer, 30)
    tell(Incoming("C-1", "point_sub", {"points": 5}))
    (strip,) = strips_of([customer.id], [balances_of(customer.id)[0]], NOON)
    moved = {f"{month.first_day:%m}": (month.earned, month.spent) for month in strip.months if month.change}
    assert moved == {"03": (100, 0), "11": (45, 30)}
    assert [month.first_day.month for month in strip.months] == [12, *range(1, 12)]
    assert strip.change == 15
    assert strip.balance.spendable == 115


def test_pending_points_are_in_no_month_and_refunds_lower_what_was_earned(client: Client) -> None:
    customer = make_customer()
    make_order(customer, "T-1", "pending")
    tell(checkout(customer, "T-2", 30), Incoming("C-1", "partial_refund", {"transaction_id": "T-2", "amount": 10}))
    [strip] = strips_of([customer.id], [balances_of(customer.id)[0]], NOON)
    assert (strip.months[-1].earned, strip.months[-1].spent, strip.months[-1].change) == (20, 0, 20)


def test_months_begin_in_the_time_zone_of_the_programme(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    customer = make_customer(at=NOON - timedelta(days=100))
    add_points(customer, 9, at=datetime(2026, 10, 31, 16, tzinfo=UTC))  # 1 November in Tokyo
    (strip,) = strips_of([customer.id], [balances_of(customer.id)[0]], NOON)
    assert strip.months[-1].earned == 9


def test_points_of_more_than_a_year_ago_are_in_no_month(client: Client) -> None:
    customer = make_customer(points=9, at=datetime(2025, 11, 30, 12, tzinfo=UTC))
    (strip,) = strips_of([customer.id], [balances_of(customer.id)[0]], NOON)
    assert not strip.has_moved


def test_the_latest_actions_are_the_last_eight_and_leave_out_items(client: Client) -> None:
    customer = make_customer(at=NOON - timedelta(days=20))
    for day in range(10):
        tell(checkout(customer, f"R-{day}", 100), at=NOON + timedelta(days=day - 12))
    html = get(client, customer)
    assert re.findall(r'<span class="mono">(R-\d)</span>', html) == [f"R-{day}" for day in range(9, 1, -1)]
    assert "Checkout item" not in html
    assert html.count("+100 pts") == 8
    assert f'href="/customers/{customer.id}/events/"' in html


def test_a_checkout_shows_the_points_of_its_items(client: Client) -> None:
    customer = make_customer()
    account = Account.objects.get(is_default=True)
    account.earning.basis = "item"
    account.earning.save()
    tell(checkout(customer, "R-1", 250))
    assert get(client, customer).count("+250 pts") == 1


def test_personal_information_is_written_out(client: Client) -> None:
    customer = make_customer(
        "C-1", gender="female", country="HU", language="hu", birth_date="1965-02-18", mobile_phone="+36 20 555 0000",
        preferred_store="Budapest, Allee", newsletter=True, sizes=["S", "M"], car={"make": "Škoda"},
    )  # fmt: skip
    shown = facts(get(client, customer))
    expected = {
        "Gender": "Female",
        "Country": "Hungary",
        "Language": "Hungarian",
        "Birthdate": "18 February 1965",
        "Member since": "20 November 2026",
        "Preferred store": "Budapest, Allee",
        "Newsletter": "Yes",
        "Sizes": "S, M",
        "Car": "{&quot;make&quot;: &quot;Škoda&quot;}",
    }
    assert {name: shown[name] for name in expected} == expected


def test_custom_attributes_are_cut_where_they_are_long() -> None:
    assert attributes_of({"note": "x" * 10_000, "empty": None}) == [("Empty", "–"), ("Note", "x" * 300)]


def test_purchases_are_summed_up(client: Client) -> None:
    customer = make_customer()
    for number, total in enumerate((1000, 500)):
        tell(checkout(customer, f"R-{number}", total))
    shown = facts(get(client, customer))
    expected = {"Total": "1,500.00", "Purchases": "2", "Items": "2", "Average": "750.00"}
    assert {name: shown[name] for name in expected} == expected


def test_a_customer_who_did_nothing_has_friendly_gaps(client: Client) -> None:
    tell(Incoming("C-9", "subscribe", {}))
    html = get(client, Customer.objects.get(public_id="C-9"))
    assert "No points moved in the last 12 months." in html
    assert "No purchases yet." in html
    assert "Known since" in html


def test_the_number_of_queries_does_not_grow_with_the_history(client: Client) -> None:
    customer = make_customer(points=5)
    counts = []
    for number in range(3):
        tell(checkout(customer, f"R-{number}", 10))
        with CaptureQueriesContext(connection) as captured:
            get(client, customer)
        counts.append(len(captured))
    assert counts[0] == counts[2]
    # Of them two are of the card of rewards, where there is none.
    assert counts[0] <= 20


@pytest.mark.parametrize("role", Role.values)
def test_every_role_may_look_at_a_profile(client: Client, role: str) -> None:
    customer = make_customer()
    client.force_login(User.objects.create_user("sam", role=role))
    get(client, customer)
