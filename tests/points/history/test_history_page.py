"""The points history tab: what moved points, with the balance after each."""

import csv
import html
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from events.orders.models import Transaction
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.history import pages
from loyalty.points.history.queries import Filters, Movement, history_of, marks_between, movements
from loyalty.points.ledger.models import Balance, Lot
from loyalty.points.ledger.queries import balances_of
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.examples import examples
from tests.factories import NOON, checkout, make_customer, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia")


@pytest.fixture
def miles() -> Account:
    GeneralSettings.objects.update(modules=[MULTI_ACCOUNTS, EXPIRING_POINTS])
    return Account.objects.create(slug="miles", name="Airline miles")


def page(client: Client, customer: Customer, query: str = "", **headers: Any) -> str:
    answer = client.get(f"/customers/{customer.id}/points/{query}", **headers)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def add(points: int = 10, account: str | None = None, **data: Any) -> Incoming:
    return Incoming("C-1", "point_add", {"points": points, **data}, account=account)


def spend(points: int, **data: Any) -> Incoming:
    return Incoming("C-1", "point_spend", {"points": points, **data})


def shown(text: str) -> list[tuple[str, str, str]]:
    """(label, points, balance) of each row."""
    rows = re.findall(r"<tr>\s*<td.*?</tr>", text, re.DOTALL)
    return [
        (
            re.findall(r"data-row-link>([^<]+)<", row)[0],
            re.findall(r'class="medium[^"]*">([^<]+)<', row)[0],
            re.findall(r'class="num strong p2">([^<]+)<', row)[0],
        )
        for row in rows
    ]


def listed(customer: Customer, **filters: Any) -> list[tuple[int, int]]:
    found = movements([customer.id], Filters(**filters), None, 1000)
    return [(row.points, row.balance) for row in found]


def test_the_newest_comes_first_with_the_balance_after_it(client: Client, zsofia: Customer) -> None:
    tell(add(100), spend(30), checkout(zsofia, "T-1", 50, points_burned=20))
    assert shown(page(client, zsofia)) == [
        ("Point burn", "−20", "100"),
        ("Checkout", "+50", "120"),
        ("Point spend", "−30", "70"),
        ("Point add", "+100", "100"),
    ]


def test_what_moved_no_points_is_left_out(client: Client, zsofia: Customer) -> None:
    tell(Incoming("C-1", "profile", {"city": "Eger"}), add(5))
    assert [label for label, _, _ in shown(page(client, zsofia))] == ["Point add"]


def test_a_backdated_event_stands_where_it_took_effect_and_says_when_it_was_recorded(
    client: Client, zsofia: Customer
) -> None:
    past = NOON - timedelta(days=40)
    tell(add(10), add(7, effective_timestamp=int(past.timestamp())))
    text = page(client, zsofia)
    assert shown(text) == [("Point add", "+10", "17"), ("Point add", "+7", "7")]
    assert text.count("Recorded 20 Nov 2026") == 1


def test_the_newest_balance_is_what_can_be_spent_less_what_is_owed(zsofia: Customer) -> None:
    Account.objects.update(negative_points=True)
    tell(add(10), spend(25), add(5))
    assert [balance for _, balance in listed(zsofia)] == [-10, -15, 10]
    assert balances_of(zsofia.id)[0].debt == 10


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "sub", "spend", "unspend"]), st.integers(1, 40), st.integers(0, 30)), max_size=12
)


@pytest.mark.random
@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happened_the_balances_run_up_to_the_stored_one(zsofia: Customer, steps: list[Any]) -> None:
    from loyalty.engine.record import record
    from tests.factories import TILL

    Account.objects.update(negative_points=True)
    with transaction.atomic():
        for action, points, days in steps:
            at = int((NOON - timedelta(days=days)).timestamp())
            record(
                [Incoming("C-1", f"point_{action}", {"points": points, "effective_timestamp": at})], by=TILL, at=NOON
            )
        rows = movements([zsofia.id], Filters(), None, 1000)
        balance = Balance.objects.filter(customer_id=zsofia.id).first() or Balance(spendable=0, debt=0)
        # Each example begins with nothing.
        transaction.set_rollback(True)
    running = 0
    for row in reversed(rows):
        running += row.points
        assert row.balance == running
    assert running == balance.spendable - balance.debt


def test_each_account_runs_by_itself_and_can_be_shown_alone(client: Client, zsofia: Customer, miles: Account) -> None:
    tell(add(10), add(500, "miles"), add(5))
    rows = shown(page(client, zsofia))
    assert [(points, balance) for _, points, balance in rows] == [("+5", "15"), ("+500", "500"), ("+10", "10")]
    text = page(client, zsofia, "?account=miles")
    assert shown(text) == [("Point add", "+500", "500")]
    assert "Only Airline miles" in text
    assert re.findall(r"<dt>Spendable</dt><dd>([^<]+)</dd>", text) == ["500"]


def test_without_the_module_only_the_default_account_is_told_of(
    client: Client, zsofia: Customer, miles: Account
) -> None:
    tell(add(10), add(500, "miles"))
    GeneralSettings.objects.update(modules=[])
    text = page(client, zsofia, "?account=miles")
    assert shown(text) == [("Point add", "+10", "10")]
    assert "Account</label>" not in text


def test_a_kind_is_filtered_without_touching_the_balances(client: Client, zsofia: Customer) -> None:
    tell(add(100), spend(30), add(5), spend(1))
    text = page(client, zsofia, "?kind=spend")
    assert shown(text) == [("Point spend", "−1", "74"), ("Point spend", "−30", "70")]
    assert "Only Spent" in text


def test_a_period_includes_both_of_its_days(zsofia: Customer, client: Client) -> None:
    for day in (17, 18, 19, 20):
        tell(add(day), at=datetime(2026, 11, day, 23, 59, tzinfo=UTC))
    assert [p for _, p, _ in shown(page(client, zsofia, "?since=2026-11-18&until=2026-11-19"))] == ["+19", "+18"]


def test_days_are_the_programmes(zsofia: Customer, client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    tell(add(1), at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert shown(page(client, zsofia, "?since=2026-11-21")) == [("Point add", "+1", "1")]
    assert shown(page(client, zsofia, "?until=2026-11-20")) == []


@pytest.mark.parametrize(
    "query",
    ["?kind=nonsense", "?since=31-12-2026", "?since=0001-01-01", "?until=9999-12-31", "?account=none", "?page=x"],
)
def test_what_a_filter_cannot_mean_filters_nothing(client: Client, zsofia: Customer, query: str) -> None:
    tell(add(5))
    assert len(shown(page(client, zsofia, query))) == 1


def test_nothing_yet_and_nothing_found_are_told_apart(client: Client, zsofia: Customer) -> None:
    assert "No points yet" in page(client, zsofia)
    assert "No such points" in page(client, zsofia, "?kind=spend")


def test_a_row_tells_its_order_reason_expiry_and_status(client: Client, zsofia: Customer) -> None:
    tell(checkout(zsofia, "T-1", 50), add(7, reason="Goodwill", expdate="2027-03-31"))
    text = page(client, zsofia)
    order = Transaction.objects.get(transaction_id="T-1")
    assert f'href="/customers/{zsofia.id}/transactions/{order.id}/">T-1</a>' in text
    assert "Goodwill" in text
    assert "31 Mar 2027" in text
    Lot.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now() - timedelta(days=1))
    assert '<span class="badge amber">EXPIRING</span>' in page(client, zsofia)


def test_points_that_expire_by_the_last_activity_show_its_date(client: Client, zsofia: Customer) -> None:
    Account.objects.update(expiry="activity", expiry_after=30, expiry_unit="days")
    tell(add(7))
    assert "20 Dec 2026" in page(client, zsofia)


def test_expiry_is_not_spoken_of_while_points_cannot_expire(client: Client, zsofia: Customer) -> None:
    tell(add(7, expdate="2027-03-31"))
    GeneralSettings.objects.update(modules=[])
    text = page(client, zsofia)
    assert "Expire" not in text


def all_pages(customer: Customer, size: int, **filters: Any) -> list[list[Movement]]:
    found, cursor = [], ""
    while True:
        history = history_of([customer.id], Filters(**filters), cursor, size)
        found.append(list(history.rows))
        if history.next is None:
            return found
        cursor = history.next


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_forwards_and_backwards_miss_and_repeat_nothing(zsofia: Customer, size: int) -> None:
    for number in range(7):
        tell(add(number + 1, effective_timestamp=int((NOON - timedelta(days=number % 3)).timestamp())))
    everything = movements([zsofia.id], Filters(), None, 100)
    pages = all_pages(zsofia, size)
    assert [row for rows in pages for row in rows] == everything
    *_, last = cursors = [""]
    while True:
        history = history_of([zsofia.id], Filters(), cursors[-1], size)
        if history.next is None:
            break
        cursors.append(history.next)
    backwards = [history_of([zsofia.id], Filters(), cursors[-1], size)]
    while backwards[-1].previous:
        backwards.append(history_of([zsofia.id], Filters(), backwards[-1].previous, size))
    assert [row for history in reversed(backwards) for row in history.rows] == everything
    assert (backwards[-1].previous, last) == (None, "")


def test_an_address_names_events_and_no_instants(client: Client, zsofia: Customer) -> None:
    for _ in range(30):
        tell(add())
    text = page(client, zsofia)
    [following] = set(re.findall(r'rel="next" href="\?page=([^"]+)"', text))
    from django.core import signing

    payload = signing.Signer(salt="loyalty.ui.paging").unsign_object(following.replace("%3A", ":"))
    assert "2026" not in str(payload)
    assert len(shown(page(client, zsofia, f"?page={following}"))) == 5


def test_htmx_gets_the_rows_alone(client: Client, zsofia: Customer) -> None:
    tell(add(5))
    text = page(client, zsofia, headers=HTMX)
    assert "<main" not in text
    assert shown(text) == [("Point add", "+5", "5")]


def test_the_number_of_queries_is_fixed(client: Client, zsofia: Customer) -> None:
    counts = []
    tell(add(50))
    for number in range(3):
        tell(checkout(zsofia, f"T-{number}", 10), add(5, expdate="2027-01-01"))
        with CaptureQueriesContext(connection) as captured:
            page(client, zsofia)
        counts.append(len(captured))
    assert counts[0] == counts[2]
    assert counts[0] <= 21


@pytest.mark.parametrize("status", ["opted_out", "banned", "merged"])
def test_who_is_gone_has_no_history(client: Client, zsofia: Customer, status: str) -> None:
    Customer.objects.update(status=status)
    assert client.get(f"/customers/{zsofia.id}/points/").status_code == 404


def spendable_in(text: str) -> list[str]:
    return re.findall(r"<dt>Spendable</dt><dd>([^<]+)</dd>", text)


def test_a_day_shows_what_was_earned_by_its_end_and_what_was_recorded_behind_a_switch(
    client: Client, zsofia: Customer
) -> None:
    tell(add(100), at=datetime(2026, 11, 20, 23, 59, tzinfo=UTC))
    tell(spend(30), add(7, effective_timestamp=int(NOON.timestamp())), at=NOON + timedelta(days=1))
    text = page(client, zsofia, "?on=2026-11-20")
    assert ("At the end of 20 November 2026</b>" in text, spendable_in(text)) == (True, ["107"])
    assert "Recorded by then: 100 (Main account)." in text
    assert 'recorded=1">Show what was recorded by then' in text
    text = page(client, zsofia, "?on=2026-11-20&recorded=1")
    assert ("At the end of 20 November 2026, as recorded by then" in text, spendable_in(text)) == (True, ["100"])
    assert "Counting what was recorded later for days until then: 107 (Main account)." in text
    assert "Nothing was recorded later" in page(client, zsofia, "?on=2026-11-21")


def test_a_day_of_imported_history_shows_what_was_earned_by_then(client: Client, zsofia: Customer) -> None:
    long_ago = int(datetime(2026, 9, 30, 12, tzinfo=UTC).timestamp())
    tell(add(250, effective_timestamp=long_ago), at=NOON)
    assert spendable_in(page(client, zsofia, "?on=2026-09-30")) == ["250"]
    assert spendable_in(page(client, zsofia, "?on=2026-09-29")) == ["0"]


def test_a_day_to_come_shows_what_is_expected(client: Client, zsofia: Customer) -> None:
    tell(add(100, expdate="2030-12-30"), add(5))
    assert re.findall(r"<dt>Spendable</dt><dd>([^<]+)</dd>", page(client, zsofia, "?on=2030-12-30")) == ["105"]
    text = page(client, zsofia, "?on=2030-12-31")
    assert "Expected at the end of 31 December 2030" in text
    assert re.findall(r"<dt>Spendable</dt><dd>([^<]+)</dd>", text) == ["5"]


def test_the_chart_runs_through_the_period_and_ends_with_the_balance(client: Client, zsofia: Customer) -> None:
    tell(add(100), at=NOON - timedelta(days=3))
    tell(spend(30), at=NOON)
    text = page(client, zsofia, "?since=2026-11-18&until=2026-11-20")
    table = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', text)
    assert table == [("17 Nov", "100"), ("18 Nov", "100"), ("19 Nov", "100"), ("20 Nov", "70")]


def test_without_points_there_is_no_chart(client: Client, zsofia: Customer) -> None:
    assert "<svg aria-hidden" not in page(client, zsofia).split('id="results"')[1]


@given(first=st.dates(date(2000, 1, 1), date(2030, 1, 1)), days=st.integers(1, 9000))
def test_about_a_dozen_days_are_marked_both_ends_among_them(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    marks = marks_between(first, last)
    assert (marks[0], marks[-1]) == (first, last)
    assert marks == sorted(set(marks))
    assert 2 <= len(marks) <= 14


# The export


def exported(client: Client, customer: Customer, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/customers/{customer.id}/points/export.csv{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_the_export_has_what_the_filters_show(client: Client, zsofia: Customer) -> None:
    tell(add(100, expdate="2027-03-31"), spend(30), checkout(zsofia, "T-1", 50))
    everything = exported(client, zsofia)
    assert [(row["action"], row["points"], row["balance"]) for row in everything] == [
        ("checkout", "50", "120"),
        ("point_spend", "-30", "70"),
        ("point_add", "100", "100"),
    ]
    [row] = exported(client, zsofia, "?kind=spend&page=whatever")
    event = zsofia.events.get(action="point_spend")
    assert row == {
        "customer": "C-1",
        "event_id": str(event.id),
        "effective_at": "2026-11-20T12:00:00Z",
        "recorded_at": "2026-11-20T12:00:00Z",
        "action": "point_spend",
        "account": "main",
        "kinds": "spend",
        "points": "-30",
        "pending": "0",
        "balance": "70",
        "valid_through": "",
        "status": "",
        "transaction_id": "",
    }
    assert everything[2]["valid_through"] == "2027-03-31"


def test_the_export_goes_on_over_many_chunks(client: Client, zsofia: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "EXPORTED_AT_ONCE", 3)
    for number in range(1, 11):
        tell(add(number, effective_timestamp=int((NOON - timedelta(days=number % 4)).timestamp())))
    rows = exported(client, zsofia)
    assert [int(row["balance"]) for row in rows] == [
        row.balance for row in movements([zsofia.id], Filters(), None, 100)
    ]
    assert rows[0]["balance"] == "55"


def test_an_exported_id_is_no_formula(client: Client, zsofia: Customer) -> None:
    tell(checkout(zsofia, "=HYPERLINK(1)", 50))
    assert exported(client, zsofia)[0]["transaction_id"] == "'=HYPERLINK(1)"


def test_the_export_names_nobody(client: Client, zsofia: Customer) -> None:
    tell(add(5, reason="For Zsófia"))
    assert not any("Zsófia" in value for row in exported(client, zsofia) for value in row.values())


def test_who_may_not_export_is_offered_none(client: Client, zsofia: Customer) -> None:
    tell(add(5))
    address = f'href="/customers/{zsofia.id}/points/export.csv?kind=earn"'
    assert address in page(client, zsofia, "?kind=earn")
    client.force_login(User.objects.create_user("rea", role=Role.READ_ONLY))
    assert "export.csv" not in page(client, zsofia)
    assert client.get(f"/customers/{zsofia.id}/points/export.csv").status_code == 403
