"""The history of a customer's levels, and tier events as sentences wherever events are told."""

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
from events.models import Event
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.tiers.ladders import done, local, run_timer, set_up, structure

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TODAY = local("2026-03-10")
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12}


@pytest.fixture(autouse=True)
def berlin(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    monkeypatch.setattr(timezone, "now", lambda: TODAY.astimezone(dt.UTC))


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def ann() -> Customer:
    """Rises on 1 March 2025, falls a year later, is set to t2 by hand, and her last day is taken away."""
    set_up(structure(**ROLLING))
    done("opt_in", local("2025-01-10"))
    done("point_add", local("2025-03-01"), points=1_000)
    done("point_add", local("2025-04-01"), points=50)
    run_timer(local("2026-03-01"))
    done("tier_change", local("2026-03-05"), structure="standard", tier="t2", reason="Status match")
    done("tier_change", local("2026-03-06"), structure="standard", expdate=None)
    return Customer.objects.get(public_id="C-1")


def text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def get(client: Client, customer: Customer, path: str = "tiers/", **extra: Any) -> str:
    answer = client.get(f"/customers/{customer.id}/{path}", **extra)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(page: str) -> list[str]:
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    assert body
    return [text(row) for row in body[1].split("</tr>") if row.strip()]


def test_every_change_with_its_reason_cause_and_last_day(client: Client, ann: Customer) -> None:
    expiry, change, up, down, first = rows(get(client, ann))
    assert expiry.startswith("6 Mar 2026 12:00 Tier change T2")
    assert "No end" in expiry
    assert change.startswith("5 Mar 2026 12:00 Tier change T0 to T2")
    assert "Status match" in change
    assert up.startswith("5 Mar 2026 12:00 Tier up T0 to T2")
    assert "Changed by hand" in up
    assert "Caused by Tier change" in up
    assert "4 Mar 2027" in up
    assert down.startswith("1 Mar 2026 00:00 Tier down T1 to T0")
    assert "The level expired" in down
    assert down.endswith("– 50")
    assert first.startswith("1 Mar 2025 12:00 Tier up T0 to T1")
    assert "Points reached it" in first
    assert "28 Feb 2026 1,000" in first
    cause = Event.objects.get(action="point_add", points=1_000)
    assert f'href="/customers/{ann.id}/events/{cause.id}/">Point add</a>' in get(client, ann)


def test_status_points_by_month_and_day(client: Client, ann: Customer) -> None:
    shown = text(get(client, ann))
    assert "Status points 50 points count now" in shown
    assert "April 2025 50 points March 2025 1,000 points" in shown
    assert "1 April 2025 50 points 1 March 2025 1,000 points" in shown


def test_the_card_leads_to_the_history(client: Client, ann: Customer) -> None:
    assert f'href="/customers/{ann.id}/tiers/">Tier history</a>' in get(client, ann, "")


def test_who_has_had_no_change_reads_so(client: Client) -> None:
    set_up(structure())
    done("opt_in", TODAY)
    shown = text(get(client, Customer.objects.get()))
    assert "No changes yet" in shown
    assert "No status points yet." in shown


def test_without_tiers_there_is_no_history(client: Client) -> None:
    done("opt_in", TODAY)
    assert client.get(f"/customers/{Customer.objects.get().id}/tiers/").status_code == 404


def test_the_list_is_paged(client: Client) -> None:
    set_up(structure())
    done("opt_in", local("2025-01-10"))
    for day in range(1, 31):
        done("tier_change", local(f"2025-03-{day:02}"), structure="standard", tier=f"t{day % 2 + 1}")
    customer = Customer.objects.get()
    first = get(client, customer)
    forth = re.search(r'rel="next" href="([^"]+)"', first)
    assert forth
    second = get(client, customer, f"tiers/{forth[1].replace('&amp;', '&')}", headers=HTMX)
    assert len(rows(first)) == len(rows(second)) == 25
    assert not {*rows(first)} & {*rows(second)}
    assert "<html" not in second


def test_a_fixed_number_of_queries(client: Client) -> None:
    set_up(structure())
    counts = []
    for number in (1, 3):
        done("opt_in", local("2025-01-10"), f"C-{number}")
        for day in range(1, number + 1):
            done("tier_change", local(f"2025-03-0{day}"), f"C-{number}", structure="standard", tier=f"t{day % 2 + 1}")
        customer = Customer.objects.get(public_id=f"C-{number}")
        for path in ("tiers/", "events/", ""):
            with CaptureQueriesContext(connection) as captured:
                get(client, customer, path)
            counts.append(len(captured))
    assert counts[:3] == counts[3:]


# Sentences


SENTENCES = [
    "The last day of T2 in Standard, changed by hand. It does not expire.",
    "T2 in Standard, set by hand: Status match.",
    "Rose from T0 to T2 in Standard: changed by hand. Valid through 4 March 2027.",
    "Fell from T1 to T0 in Standard: the level expired.",
    "Rose from T0 to T1 in Standard: points reached it. Valid through 28 February 2026.",
]


def test_the_timeline_tells_tier_events_in_sentences(client: Client, ann: Customer) -> None:
    shown = text(get(client, ann, "events/"))
    for sentence in SENTENCES:
        assert sentence in shown
    assert shown.index(SENTENCES[1]) < shown.index(SENTENCES[2]), "the consequence stands below its cause"


def test_the_timeline_is_filtered_by_each_of_them(client: Client, ann: Customer) -> None:
    page = get(client, ann, "events/?action=tier_down")
    assert SENTENCES[3] in text(page)
    assert SENTENCES[4] not in text(page)
    offered = re.findall(r'<option value="(tier_[a-z]+)"', page)
    assert {*offered} == {"tier_up", "tier_down", "tier_renew", "tier_expiring", "tier_change"}


def test_the_latest_actions_and_the_event_itself_say_it_too(client: Client, ann: Customer) -> None:
    assert SENTENCES[3] in text(get(client, ann, ""))
    for event in Event.objects.filter(action__startswith="tier_"):
        found = text(get(client, ann, f"events/{event.id}/"))
        assert any(sentence in found for sentence in SENTENCES)


def test_a_renewal_a_first_level_and_a_refund(client: Client) -> None:
    levels = [{"id": "t1", "threshold": 100, "name": {"en": "100%"}}, {"id": "t2", "threshold": 500}]
    set_up(
        structure(levels=levels, initialise_at_opt_in=False, downgrade=True, validity={"until": "months", "months": 6})
    )
    done("opt_in", local("2025-01-10"))
    done("checkout", local("2025-02-01"), transaction_id="R", total=450)
    done("checkout", local("2025-02-02"), transaction_id="T", total=90)
    done("refund", local("2025-02-03"), transaction_id="T")
    customer = Customer.objects.get()
    shown = text(get(client, customer, "events/"))
    assert "Reached 100% in Standard: points reached it." in shown
    assert "Fell from T2 to 100% in Standard: a purchase was refunded." in shown


def test_a_level_that_is_removed_keeps_its_name(client: Client, ann: Customer) -> None:
    set_up(structure(levels=[{"id": "t0", "threshold": 0}, {"id": "t9", "threshold": 10}], **ROLLING))
    assert "Fell from T1 to T0 in Standard" in text(get(client, ann, "events/"))
