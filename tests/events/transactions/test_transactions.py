"""The pages of orders: the tab of a profile, the list of the brand, the details."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.orders.models import Transaction
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.ui.paging import SALT
from tests.factories import NOON, checkout, make_customer, make_order, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PER_PAGE = 25


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia")


@pytest.fixture
def adam() -> Customer:
    return make_customer("C-2", first_name="Ádám")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def html(client: Client, address: str, **extra: Any) -> str:
    answer = client.get(address, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def ids(page: str) -> list[str]:
    return re.findall(r"data-row-link>([^<]+)</a>", page)


def address(customer: Customer, order: Transaction | None = None) -> str:
    return f"/customers/{customer.id}/transactions/{f'{order.id}/' if order else ''}"


def test_the_brands_list_has_everybodys_orders_newest_first(staff: Client, zsofia: Customer, adam: Customer) -> None:
    make_order(zsofia, "T-1")
    make_order(adam, "T-2")
    page = html(staff, "/transactions/")
    assert ids(page) == ["T-2", "T-1"]
    assert "Ádám" in page


def test_orders_are_listed_by_the_date_of_the_checkout_not_of_its_arrival(staff: Client, zsofia: Customer) -> None:
    for number, days in enumerate((3, 9, 1), start=1):
        tell(checkout(zsofia, f"T-{number}", 10 * number), at=NOON - timedelta(days=days))
    for where in ("/transactions/", address(zsofia)):
        assert ids(html(staff, where)) == ["T-3", "T-1", "T-2"]
        assert ids(html(staff, f"{where}?sort=date")) == ["T-2", "T-1", "T-3"]
    assert ids(html(staff, f"{address(zsofia)}?sort=total")) == ["T-1", "T-2", "T-3"]
    assert 'aria-sort="descending"' in html(staff, f"{address(zsofia)}?sort=-total")


def test_pages_by_date_are_whole_and_their_addresses_tell_no_date(
    staff: Client, zsofia: Customer, adam: Customer
) -> None:
    for number in range(60):
        who = zsofia if number % 2 else adam
        tell(checkout(who, f"T-{number}", 10), at=NOON - timedelta(hours=number * 37 % 60))
    found, address = [], "/transactions/"
    while address:
        answer = staff.get(address)
        found += ids(answer.content.decode())
        following = answer.context["page"].next
        address = f"/transactions/?page={following}" if following else ""
        assert not following or "2026" not in str(signing.Signer(salt=SALT).unsign_object(following))
    assert found == sorted((f"T-{number}" for number in range(60)), key=lambda name: int(name[2:]) * 37 % 60)


def test_the_tab_has_the_customers_own_orders(staff: Client, zsofia: Customer, adam: Customer) -> None:
    make_order(zsofia, "T-1")
    make_order(adam, "T-2")
    assert ids(html(staff, address(zsofia))) == ["T-1"]


def test_orders_of_who_is_gone_are_on_no_page(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET status = 'opted_out'")
    assert ids(html(staff, "/transactions/")) == []
    assert staff.get(address(zsofia)).status_code == 404
    assert staff.get(address(zsofia, order)).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("transaction_id=T-2", ["T-2"]),
        ("transaction_id=T", []),
        ("customer=C-1", ["T-3", "T-1"]),
        ("customer=C-1&status=accepted", ["T-1"]),
        ("customer=nobody", []),
        ("status=refunded", ["T-3"]),
        ("status=odd", ["T-3", "T-2", "T-1"]),
        ("customer=%00&transaction_id=%00&page=x", ["T-3", "T-2", "T-1"]),
    ],
)
def test_filters_narrow_the_list(staff: Client, zsofia: Customer, adam: Customer, query: str, found: list[str]) -> None:
    make_order(zsofia, "T-1")
    make_order(adam, "T-2")
    make_order(zsofia, "T-3", "refunded")
    assert ids(html(staff, f"/transactions/?{query}")) == found


def test_the_account_is_a_filter_and_a_column_where_there_are_several(staff: Client, zsofia: Customer) -> None:
    Account.objects.create(slug="club", name="Club")
    make_order(zsofia, "T-1")
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [MULTI_ACCOUNTS]})
    order = checkout(zsofia, "T-2", 5)
    order.account = "club"
    tell(order)
    GeneralSettings.objects.update(modules=[])
    assert 'name="account"' not in html(staff, "/transactions/")
    GeneralSettings.objects.update(modules=[MULTI_ACCOUNTS])
    page = html(staff, "/transactions/?account=club")
    assert ids(page) == ["T-2"]
    assert '<td class="cut p3" title="Club">Club</td>' in page


def test_nothing_yet_and_no_match_say_different_things(staff: Client, zsofia: Customer) -> None:
    for where in ("/transactions/", address(zsofia)):
        assert "No transactions yet" in html(staff, where)
        assert "No transactions match" in html(staff, f"{where}?status=draft")


def test_pages_follow_each_other_without_a_count(staff: Client, zsofia: Customer) -> None:
    for number in range(PER_PAGE + 1):
        make_order(zsofia, f"T-{number:02}")
    with CaptureQueriesContext(connection) as captured:
        first = html(staff, "/transactions/")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    assert ids(first) == [f"T-{number:02}" for number in range(PER_PAGE, 0, -1)]
    assert ids(html(staff, f"/transactions/{following[1]}", headers=HTMX)) == ["T-00"]
    assert not [query for query in captured if "count(*)" in query["sql"].lower()]


@pytest.mark.parametrize("where", ["/transactions/", "/customers/{}/transactions/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(staff: Client, zsofia: Customer, where: str) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [MULTI_ACCOUNTS]})
    counts = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            make_order(zsofia, f"T-{number}")
        with CaptureQueriesContext(connection) as captured:
            assert len(ids(html(staff, where.format(zsofia.id)))) == numbers[-1]
        counts.append(len(captured))
    assert counts[0] == counts[1]


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_row_tells_what_the_order_was_worth(staff: Client) -> None:
    judit = make_customer("C-3", points=300)
    GeneralSettings.objects.update(currency="HUF")
    make_order(judit, "T-1", total=1234, points_burned=300, currency="HUF")
    tell(Incoming("C-3", "partial_refund", {"transaction_id": "T-1", "amount": "34.5"}))
    row = plain(html(staff, "/transactions/").split("<tbody>")[1])
    assert "C-3 Accepted 20 Nov 2026, 12:00 1,234.00 HUF 34.50 HUF 1,234 300 1 " in row


# Details


def test_the_details_tell_what_was_bought_and_what_became_of_it(staff: Client) -> None:
    judit = make_customer("C-3", points=30)
    items = [
        {
            "product_id": "MUG",
            "product_name": "Blue <mug>",
            "product_category": "mugs",
            "price": "20.05",
            "quantity": 2,
        },
        {"price": 10},
    ]
    order = make_order(judit, "T-1", total="50.10", items=items, points_burned=30)
    tell(Incoming("C-3", "refund_item", {"transaction_id": "T-1", "product_id": "MUG", "quantity": 1}))
    page = html(staff, address(judit, order))
    for part in (
        "50.10 EUR 30.05 EUR kept",
        "50 20 taken back",
        "30 12 given back",
        "Blue &lt;mug&gt; MUG 2 × 20.05 EUR mugs 2 20.05 EUR –",
    ):
        assert part in plain(page)
    assert "40.10 EUR 20.05 EUR (1 ×)" in plain(page)
    assert ids(page) == ["Checkout", "Point burn", "Checkout item", "Checkout item", "Item refund", "Point unburn"]


def test_an_order_of_somebody_else_is_not_found(staff: Client, zsofia: Customer, adam: Customer) -> None:
    order = make_order(zsofia, "T-1")
    assert staff.get(address(adam, order)).status_code == 404


@pytest.mark.parametrize("lines", [1, 3])
def test_the_details_ask_as_much_for_one_line_as_for_three(staff: Client, zsofia: Customer, lines: int) -> None:
    order = make_order(zsofia, "T-1", items=[{"product_id": str(number), "price": 1} for number in range(lines)])
    with CaptureQueriesContext(connection) as captured:
        html(staff, address(zsofia, order))
    assert len(captured) == 15


def test_a_draft_has_neither_items_nor_a_checkout(staff: Client, zsofia: Customer) -> None:
    page = html(staff, address(zsofia, make_order(zsofia, "T-1", "draft")))
    assert "First event 20 Nov 2026, 12:00 UTC Checkout – Accepted –" in plain(page)
    assert "Items" not in page


def test_pending_points_and_their_date_are_shown(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1", "pending", auto_accept="2026-12-24")
    text = plain(html(staff, address(zsofia, order)))
    assert "40 40 of them pending" in text
    assert "Accepted by itself 24 Dec 2026, 00:00 UTC" in text


# The offered actions

OFFERED = {
    "draft": [],
    "pending": ["checkout_accept", "checkout_reject", "checkout_accept_item-0"],
    "accepted": ["refund", "partial_refund", "checkout_reject", "refund_item-0"],
    "rejected": [],
    "refunded": [],
}


@pytest.mark.parametrize("status", OFFERED)
def test_only_what_the_status_allows_is_offered(staff: Client, zsofia: Customer, status: str) -> None:
    order = make_order(zsofia, "T-1", status)
    assert re.findall(r'id="do-([^"]+)"', html(staff, address(zsofia, order))) == OFFERED[status]


def test_a_line_with_nothing_left_offers_nothing_and_one_without_a_product_is_meant_by_its_place(
    staff: Client, zsofia: Customer
) -> None:
    items = [{"price": 10}, {"product_id": "MUG", "price": 30}, {"product_id": "OLD", "price": 5, "quantity": -1}]
    order = make_order(zsofia, "T-1", total="", items=items)
    tell(Incoming("C-1", "refund_item", {"transaction_id": "T-1", "product_id": "MUG"}))
    page = html(staff, address(zsofia, order))
    assert re.findall(r'id="do-(refund_item-[^"]+)"', page) == ["refund_item-0"]


def test_a_line_shows_its_price_and_discount_as_sent_or_as_they_follow(staff: Client, zsofia: Customer) -> None:
    items = [
        {"product_name": "Sent", "price": "20.05", "quantity": 2, "discount": "0.10"},
        {"product_name": "Follows", "subtotal": 9, "quantity": 3},
        {"product_name": "Lowered", "subtotal": 7, "price": 10},
        {"product_name": "Ham", "price": "19.90", "quantity": "0.755"},
        {"product_name": "Given back", "price": 5, "quantity": -1},
    ]
    page = plain(html(staff, address(zsofia, make_order(zsofia, "T-1", total="", items=items))))
    for row in (
        "Sent 2 × 20.05 EUR Discount 0.10 EUR – 2 20.05 EUR 0.10 EUR 40.00 EUR",
        "Follows 3 × 3.00 EUR – 3 3.00 EUR – 9.00 EUR",
        "Lowered 1 × 10.00 EUR Discount 3.00 EUR – 1 10.00 EUR 3.00 EUR 7.00 EUR",
        "Ham 0.755 × 19.90 EUR – 0.755 19.90 EUR – 15.02 EUR",
        "Given back −1 × 5.00 EUR – −1 5.00 EUR – −5.00 EUR – –",
    ):
        assert row in page


def test_lines_of_an_order_that_earned_as_a_whole_do_not_say_that_they_earned_nothing(
    staff: Client, zsofia: Customer
) -> None:
    order = make_order(zsofia, "T-1", total="", items=[{"product_id": "MUG", "price": 30}])
    row = plain(html(staff, address(zsofia, order)).split("<tbody>")[1])
    assert "MUG 1 × 30.00 EUR – 1 30.00 EUR – 30.00 EUR – – Refund" in row


def test_an_order_that_cost_nothing_offers_no_amount(staff: Client, zsofia: Customer) -> None:
    assert "do-partial_refund" not in html(staff, address(zsofia, make_order(zsofia, "T-1", total=0)))


def test_a_reader_is_offered_nothing(client: Client, zsofia: Customer) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    order = make_order(zsofia, "T-1")
    assert 'id="do-' not in html(client, address(zsofia, order))


# From the events


def test_an_event_and_a_filtered_timeline_link_to_the_order(staff: Client, zsofia: Customer) -> None:
    order = make_order(zsofia, "T-1")
    events = f"/customers/{zsofia.id}/events/"
    assert address(zsofia, order) in html(staff, f"{events}{order.event_id}/")
    assert address(zsofia, order) in html(staff, f"{events}?transaction_id=T-1")
    assert address(zsofia, order) not in html(staff, events)
