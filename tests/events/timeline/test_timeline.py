"""The events tab of a customer's profile: the timeline."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from events.timeline.queries import PointsStatus, describe_events, events_of, names
from events.types.models import EventType
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Actor, Incoming
from loyalty.points.expiry.operations import expire_points
from loyalty.points.ledger.models import Entry
from loyalty.program.actions import registered_actions
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.ui.templatetags.ui import icon
from tests.api_keys import development_key
from tests.factories import NOON, checkout, make_customer
from tests.factories import tell as record_all

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def url(customer: Customer, query: str = "") -> str:
    return f"/customers/{customer.id}/events/{query}"


def labels(html: str) -> list[str]:
    return re.findall(r'<p class="title">([^<]+)</p>', html)


def page(client: Client, customer: Customer, query: str = "", **headers: Any) -> str:
    answer = client.get(url(customer, query), **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def add_points(customer: Customer, points: int = 10, **data: Any) -> Incoming:
    return Incoming(customer.public_id, "point_add", {"points": points, **data})


def test_events_are_told_newest_first_by_day_of_the_programme(staff: Client, zsofia: Customer, settings: Any) -> None:
    record_all(add_points(zsofia), at=NOON.replace(hour=22))
    record_all(Incoming("C-1", "profile", {"last_name": "Kovács"}), at=NOON.replace(hour=23, minute=30))
    with timezone.override("Europe/Budapest"):
        html = page(staff, zsofia)
    assert re.findall(r'datetime="(\d{4}-\d\d-\d\d)"', html) == ["2026-11-21", "2026-11-20"]
    assert labels(html) == ["Profile update", "Point add", "Opt in"]


def test_an_event_of_the_past_stands_where_it_happened(staff: Client, zsofia: Customer) -> None:
    record_all(add_points(zsofia, effective_timestamp=int((NOON - timedelta(days=9)).timestamp())))
    assert labels(page(staff, zsofia)) == ["Opt in", "Point add"]


def test_what_an_event_caused_stands_below_it(staff: Client, zsofia: Customer) -> None:
    record_all(checkout(zsofia, "T-1", 50))
    assert labels(page(staff, zsofia)) == ["Checkout", "Checkout item", "Opt in"]


def test_a_consequence_without_its_cause_on_the_page_names_it(staff: Client, zsofia: Customer) -> None:
    record_all(checkout(zsofia, "T-1", 50))
    assert "Caused by Checkout" in page(staff, zsofia, "?action=checkout_item")


def test_pages_follow_each_other_without_a_gap_and_back(staff: Client, zsofia: Customer) -> None:
    record_all(*[add_points(zsofia, number) for number in range(1, 61)])
    told, query, queries = [], "", []
    for _ in range(3):
        html = page(staff, zsofia, query)
        told += re.findall(r">\+(\d+) pts<", html)
        queries.append(query)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        query = found[1].replace("&amp;", "&") if found else ""
    assert told == [str(number) for number in range(60, 0, -1)]
    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back
    assert ">+35 pts<" in page(staff, zsofia, back[1].replace("&amp;", "&"))


def test_the_address_of_a_page_does_not_tell_when_something_happened(staff: Client, zsofia: Customer) -> None:
    record_all(*[add_points(zsofia) for _ in range(30)])
    found = re.search(r'rel="next" href="\?page=([^"]+)"', page(staff, zsofia))
    assert found
    payload = signing.Signer(salt="loyalty.ui.paging").unsign_object(found[1].replace("%3A", ":"))
    assert "2026" not in str(payload)


@pytest.mark.parametrize(
    "query", ["?page=nonsense", "?action=none", "?action=%00", "?transaction_id=%00", "?transaction_id=" + "x" * 200]
)
def test_what_is_no_filter_filters_nothing(staff: Client, zsofia: Customer, query: str) -> None:
    assert labels(page(staff, zsofia, query)) == ["Opt in"]


def test_events_of_one_action(staff: Client, zsofia: Customer) -> None:
    record_all(add_points(zsofia), checkout(zsofia, "T-1", 50))
    assert labels(page(staff, zsofia, "?action=point_add")) == ["Point add"]


def test_a_transaction_id_leads_to_the_events_of_the_transaction(staff: Client, zsofia: Customer) -> None:
    record_all(checkout(zsofia, "T&1", 50), checkout(zsofia, "T-2", 50))
    found = re.search(r'href="/customers/\d+/events/(\?transaction_id=T%261)"', page(staff, zsofia))
    assert found
    assert labels(page(staff, zsofia, found[1])) == ["Checkout", "Checkout item"]


def test_nothing_found_and_nothing_yet_differ(staff: Client, zsofia: Customer) -> None:
    assert "No such events" in page(staff, zsofia, "?transaction_id=none")


def test_another_customers_events_stay_away(staff: Client, zsofia: Customer) -> None:
    other = make_customer("C-2")
    record_all(add_points(other))
    assert labels(page(staff, zsofia)) == ["Opt in"]


def test_htmx_gets_the_rows_alone(staff: Client, zsofia: Customer) -> None:
    answer = staff.get(url(zsofia), headers=HTMX)
    assert b"<html" not in answer.content
    assert "HX-Request" in answer.headers["Vary"]


def test_labels_are_in_the_readers_language(staff: Client, zsofia: Customer) -> None:
    EventType.objects.filter(action="opt_in").update(labels={"en": "Joined"})
    assert labels(page(staff, zsofia)) == ["Joined"]


def test_the_source_names_who_sent_the_event(staff: Client, zsofia: Customer) -> None:
    key = development_key(name="Till <1>")
    dana = User.objects.get(username="dana")
    record_all(add_points(zsofia), by=Actor("api", api_key_id=key.id))
    record_all(add_points(zsofia), by=Actor("back_office", staff_id=dana.id))
    record_all(add_points(zsofia), by=Actor("import", detail="import:12", staff_id=dana.id))
    html = page(staff, zsofia)
    assert "Events API · Till &lt;1&gt;" in html
    assert "Platform · dana" in html
    assert '<a class="link" href="/imports/12/">Import 12</a>' in html


def test_a_reader_sees_no_link_to_an_import_and_no_way_to_add(client: Client, zsofia: Customer) -> None:
    record_all(add_points(zsofia), by=Actor("import", detail="import:12"))
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    html = page(client, zsofia)
    assert "Import 12" in re.sub(r"\s+", " ", html)
    assert "/imports/12/" not in html
    assert "Add action" not in html


@pytest.mark.parametrize(("modules", "shown"), [([], False), ([MULTI_ACCOUNTS], True)])
def test_the_account_is_named_where_there_may_be_several(
    staff: Client, zsofia: Customer, modules: list[str], shown: bool
) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": modules})
    record_all(add_points(zsofia))
    name = next(iter(names().accounts.values()))
    assert (f"<span>{name}</span>" in page(staff, zsofia)) == shown


def status_of(customer: Customer, *, at: Any, expiring: bool = True) -> PointsStatus | None:
    events = list(events_of([customer.id], "point_add"))
    return describe_events([customer.id], events, names(), at, expiring=expiring)[0].status


LATER = NOON + timedelta(days=40)


def test_spent_points_are_exhausted(zsofia: Customer) -> None:
    record_all(add_points(zsofia, 10, expdate="2026-12-01"), Incoming("C-1", "point_spend", {"points": 10}))
    assert status_of(zsofia, at=NOON) == PointsStatus.EXHAUSTED
    assert status_of(zsofia, at=LATER, expiring=False) == PointsStatus.EXHAUSTED


def test_points_past_their_date_expire_at_the_next_run(zsofia: Customer) -> None:
    record_all(add_points(zsofia, 10, expdate="2026-12-01"))
    assert status_of(zsofia, at=NOON) is None
    assert status_of(zsofia, at=LATER) == PointsStatus.EXPIRING
    assert status_of(zsofia, at=LATER, expiring=False) is None


def test_points_that_are_gone_without_being_spent_have_expired(zsofia: Customer) -> None:
    record_all(add_points(zsofia, 10, expdate="2026-12-01"), Incoming("C-1", "point_spend", {"points": 4}))
    expire_points(now=lambda: LATER)
    assert status_of(zsofia, at=LATER) == PointsStatus.EXPIRED
    assert status_of(zsofia, at=LATER, expiring=False) is None


def test_points_of_the_idle_expire_at_the_next_run_and_then_have_expired(zsofia: Customer) -> None:
    Account.objects.filter(is_default=True).update(expiry="activity", expiry_after=30, expiry_unit="days")
    record_all(add_points(zsofia, 10))
    assert status_of(zsofia, at=NOON + timedelta(days=30)) is None
    assert status_of(zsofia, at=LATER) == PointsStatus.EXPIRING

    expire_points(now=lambda: LATER)
    assert status_of(zsofia, at=LATER) == PointsStatus.EXPIRED


def test_points_without_an_expiration_date_have_no_status(zsofia: Customer) -> None:
    record_all(add_points(zsofia, 10), Incoming("C-1", "point_spend", {"points": 10}))
    assert status_of(zsofia, at=LATER) is None
    assert Entry.objects.filter(customer=zsofia).count() == 2


def test_the_status_stands_beside_the_points(staff: Client, zsofia: Customer) -> None:
    record_all(add_points(zsofia, 10, expdate="2026-12-01"), Incoming("C-1", "point_spend", {"points": 10}))
    assert '<span class="badge">EXHAUSTED</span>' in page(staff, zsofia)


def test_the_number_of_queries_does_not_depend_on_the_number_of_events(staff: Client, zsofia: Customer) -> None:
    counts = []
    for number in (1, 2, 3):
        record_all(checkout(zsofia, f"T-{number}", 50), add_points(zsofia, 10, expdate="2026-12-01"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(staff, zsofia)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_every_icon_of_an_action_exists() -> None:
    assert all("<svg" in icon(name) for name in [*(action.icon for action in registered_actions().values()), "zap"])


def test_reading_needs_the_right_to_see_customers(client: Client, zsofia: Customer) -> None:
    assert client.get(url(zsofia)).status_code == 302
    client.force_login(User.objects.create_user("gone", role=Role.MANAGER, is_active=False))
    assert client.get(url(zsofia)).status_code == 302
