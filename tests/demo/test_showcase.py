"""What a visitor of the demo sees: a programme that lives, and one customer to whom everything has happened."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from coupons.models import Coupon
from customers.erasure.models import Erasure
from customers.models import Customer, Note
from events.models import Event
from events.orders.models import Transaction
from loyalty.demo.hero import HERO
from loyalty.points.bonuses.models import BonusUse
from loyalty.points.ledger.models import Balance, Lot
from loyalty.program.models import GeneralSettings
from loyalty.tiers.models import CustomerTier
from loyalty.transfer.models import ImportJob

UNTIL = dt.date(2026, 11, 1)


@pytest.fixture
def showcase(committed_db: None) -> None:
    call_command("seed_demo", customers=60, months=8, seed=5, until=UNTIL, showcase=True, stdout=io.StringIO())


def _verified() -> dict[str, Any]:
    out = io.StringIO()
    call_command("verify", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.mark.usefixtures("showcase")
def test_the_demo_shows_a_programme_that_lives_and_its_books_agree() -> None:
    emma = Customer.objects.get(public_id=HERO)
    family = [emma.id, *Customer.objects.filter(public_id="demo-old-card").values_list("id", flat=True)]
    actions = set(Event.objects.filter(customer_id__in=family).values_list("action", flat=True))
    assert actions >= {
        "subscribe", "opt_in", "profile", "login", "daily_login", "birthday", "anniversary", "suspend", "unsuspend",
        "checkout", "checkout_item", "checkout_accept", "checkout_reject", "refund", "refund_item", "partial_refund",
        "point_add", "point_sub", "point_spend", "point_unspend", "point_fix", "point_expire", "reserve_points",
        "release_points", "customer_merge", "referral", "profiling_answer", "review_submit",
        "tier_up", "tier_down",
    }  # fmt: skip
    statuses = set(Transaction.objects.filter(customer=emma).values_list("status", flat=True))
    assert statuses == {"draft", "pending", "accepted", "rejected", "refunded"}
    assert Transaction.objects.get(transaction_id="EMMA-02").currency == "HUF"
    assert BonusUse.objects.get(customer_id__in=family).points == 100
    assert Balance.objects.filter(customer=emma).count() == 2
    assert Balance.objects.filter(customer=emma, expired__gt=0, reserved=100, spendable__gt=0).exists()
    assert Lot.objects.filter(
        customer=emma, remaining__gt=0, expires_at__lt=dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    ).exists()
    assert Note.objects.filter(customer=emma).count() == 2
    held = Coupon.objects.values_list("status", flat=True)
    assert {"unassigned", "claimed", "redeemed", "partially_redeemed", "transferred"} <= set(held)
    moves = Event.objects.filter(customer=emma, action__startswith="tier_").order_by("occurred_at", "id")
    assert [(move.action, move.data["to"]) for move in moves] == [
        ("tier_up", "silver"), ("tier_up", "gold"), ("tier_down", "silver"), ("tier_up", "gold"),
    ]  # fmt: skip
    assert {"basic", "silver", "gold"} == {*CustomerTier.objects.values_list("level__slug", flat=True)}

    assert set(Customer.objects.values_list("status", flat=True)) == {
        "inactive", "active", "suspended", "opted_out", "banned", "merged",
    }  # fmt: skip
    assert Customer.objects.filter(last_login_at__isnull=False).count() > 20
    assert Balance.objects.filter(expired__gt=0).count() > 5
    assert {job.refused for job in ImportJob.objects.all()} - {0}
    assert ImportJob.objects.count() == 3
    assert ImportJob.objects.filter(status="finished").count() == 3
    assert ImportJob.objects.order_by("-id")[0].already_there > 0
    assert Erasure.objects.count() == 2
    assert not Erasure.objects.filter(completed_at=None).exists()
    # What a visitor sends counts at once.
    assert "checkout_accept" not in GeneralSettings.objects.get().modules
    assert _verified()["found"] == 0
