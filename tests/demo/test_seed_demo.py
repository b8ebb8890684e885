import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from loyalty.points.ledger.models import Balance, Entry, Lot

UNTIL = dt.date(2026, 11, 1)

pytestmark = pytest.mark.django_db

# Everything but ids, which a rolled back run uses up, too.
DIGEST = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(',', to_jsonb(c) - 'id') FROM customers_customer c
    UNION ALL SELECT concat_ws(',', c.public_id, e.action, e.points, e.data, e.source, e.occurred_at, e.recorded_at)
        FROM events_event e JOIN customers_customer c ON c.id = e.customer_id
    UNION ALL SELECT concat_ws(',', c.public_id, l.points, l.remaining, l.earned_at, l.expires_at)
        FROM points_lot l JOIN customers_customer c ON c.id = l.customer_id
    UNION ALL SELECT concat_ws(',', c.public_id, to_jsonb(b) - 'customer_id')
        FROM points_balance b JOIN customers_customer c ON c.id = b.customer_id
) AS found(line)
"""


def _seed(**options: Any) -> dict[str, Any]:
    printed = io.StringIO()
    call_command("seed_demo", **{"customers": 60, "months": 8, "seed": 5, "until": UNTIL, **options}, stdout=printed)
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


def _digest() -> str:
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        return str(cursor.fetchone()[0])


def test_the_same_arguments_make_the_same_rows() -> None:
    digests = []
    for _ in range(2):
        before = transaction.savepoint()
        summary = _seed()
        digests.append((summary["digest"], summary["points"], _digest()))
        transaction.savepoint_rollback(before)
    assert digests[0] == digests[1]


def test_the_summary_says_what_is_there() -> None:
    summary = _seed()
    assert summary["customers"] == Customer.objects.count() == 60
    assert summary["events"] == Event.objects.count() > 300
    assert summary["points"] == sum(Balance.objects.values_list("spendable", flat=True)) > 0


def test_the_engine_alone_writes() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        _seed()
    written = [query["sql"] for query in queries if not query["sql"].lstrip("( \n").startswith("SELECT")]
    # The engine keeps the version of the programme that it runs under; the timer expires what is due.
    allowed = ("SAVEPOINT", "RELEASE SAVEPOINT", "INSERT INTO staff_programrecord", "WITH locked AS")
    assert [sql for sql in written if not sql.lstrip().startswith(allowed)] == []


def test_balances_lots_and_ledger_agree() -> None:
    _seed()
    for balance in Balance.objects.all():
        of_customer = {"customer_id": balance.customer_id, "account_id": balance.account_id}
        assert balance.spendable == sum(Entry.objects.filter(**of_customer).values_list("points", flat=True))
        assert balance.spendable == sum(Lot.objects.filter(**of_customer).values_list("remaining", flat=True))


def test_orders_of_every_status_that_needs_no_module_are_there() -> None:
    _seed(customers=150)
    found = set(Transaction.objects.values_list("status", flat=True))
    assert found == {"draft", "accepted", "rejected", "refunded"}
    assert Transaction.objects.filter(status="accepted", refunded__gt=0).exists()
    assert Transaction.objects.filter(reserved__gt=0).exists()


def test_the_history_is_backdated_and_ends_before_the_last_day() -> None:
    _seed()
    end = dt.datetime.combine(UNTIL, dt.time(), dt.UTC)
    assert not Event.objects.exclude(action="point_expire").filter(occurred_at__gte=end).exists()
    assert not Event.objects.filter(recorded_at__lt=F("occurred_at")).exists()
    assert not Event.objects.filter(recorded_at__gt=F("occurred_at") + dt.timedelta(days=31)).exists()
    assert Event.objects.order_by("recorded_at").last().recorded_at == end  # type: ignore[union-attr]
    assert Event.objects.filter(occurred_at__lt=end - dt.timedelta(days=200)).exists()


def test_a_second_run_is_refused_unless_forced_with_another_seed() -> None:
    _seed()
    with pytest.raises(CommandError, match="There are customers already: add --force and another --seed"):
        _seed()
    with pytest.raises(CommandError, match=r"Customer already opted in\. Take another --seed"):
        _seed(force=True)
    _seed(force=True, seed=6)
    assert Customer.objects.count() == 120


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"customers": 0}, "--customers must be from 1"),
        ({"months": 61}, "--months must be from 1 to 60"),
        ({"seed": -1}, "--seed must not be negative"),
        ({"until": dt.date(2999, 1, 1)}, "--until must not be in the future"),
    ],
)
def test_what_cannot_be_told_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        _seed(**options)
