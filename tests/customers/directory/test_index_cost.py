"""What a customer costs in indexes, and that nothing needed the indexes and keys that are gone."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from loyalty.benchmark.imports import CUSTOMER_COLUMNS, customer_rows
from loyalty.transfer.operations import import_here
from loyalty.transfer.reading.options import Options
from tests.engine.world import accepted, event, rows
from tests.verify.corrupting import as_owner

CUSTOMERS = 10_000
# An index that has grown for long is a fifth larger than one that is young.
MOST_BYTES = 580


@pytest.fixture(scope="module")
def many(committed_module: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    # What the tests before have left empty would count.
    as_owner("REINDEX TABLE customers_customer")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CUSTOMER_COLUMNS)
    writer.writerows(customer_rows(CUSTOMERS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        options = Options(unknown_columns="keep")
        content = [text.getvalue().encode()]
        import_here(model="customers", name="f.csv", content=content, now=timezone.now, rows=2_000, options=options)


def test_a_customer_takes_so_many_bytes_of_indexes(many: None) -> None:
    [(count, size)] = rows(
        "SELECT (SELECT count(*) FROM customers_customer), sum(pg_relation_size(indexrelid))::bigint"
        " FROM pg_index WHERE indrelid = 'customers_customer'::regclass"
    )
    print(f"{size / count:.0f} bytes of indexes for a customer")
    assert count == CUSTOMERS
    assert size / count <= MOST_BYTES


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT FROM customers_customer WHERE public_id = 'x'", "customers_customer_public_id_key"),
        ("SELECT FROM customers_customer WHERE lower(email) COLLATE \"C\" LIKE 'customer.77%%'", "customer_by_email"),
        ("SELECT FROM customers_customer WHERE lower(last_name) COLLATE \"C\" LIKE 'fam%%7'", "customer_by_last_name"),
        ("SELECT FROM customers_customer WHERE lower(email) COLLATE \"C\" = 'customer.77@x'", "customer_by_email"),
    ],
)
def test_of_the_indexes_that_are_gone_another_does_the_work(many: None, query: str, index: str) -> None:
    with transaction.atomic():
        rows("SET LOCAL enable_seqscan = off")
        plan = "\n".join(line for (line,) in rows(f"EXPLAIN {query}", []))

    assert index in plan


@pytest.mark.django_db
def test_no_index_for_like_stands_at_what_is_kept_of_each_person() -> None:
    tables = ["customers_customer", "customers_tombstone", "events_guestorder", "points_lot", "events_event"]
    assert not rows("SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) AND indexname ~ '_like$'", [tables])


INSERTS: dict[str, tuple[str, set[str]]] = {
    "points_entry": (
        (
            "INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)"
            " SELECT customer_id, event_id, account_id, 'earn', 1, id, now() FROM points_lot"
        ),
        {"entry_event_fk", "entry_lot_fk", "points_entry_account"},
    ),
    "points_lot": (
        (
            "INSERT INTO points_lot (customer_id, event_id, account_id, points, remaining, earned_at)"
            " SELECT customer_id, event_id, account_id, 1, 1, now() FROM points_lot"
        ),
        {"lot_event_fk", "points_lot_account"},
    ),
    "events_transaction": (
        (
            "INSERT INTO events_transaction (customer_id, transaction_id, status, total, refunded, items, earned, bonus,"
            " taken_back, burned, given_back, reserved, created_at, updated_at)"
            " SELECT customer_id, 'new', 'draft', 0, 0, '[]', 0, 0, 0, 0, 0, 0, now(), now() FROM points_lot"
        ),
        {"transaction_event_fk"},
    ),
}


@pytest.mark.django_db
class TestTheKeysThatFollow:
    @pytest.fixture(autouse=True)
    def ann(self) -> None:
        accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))

    @pytest.mark.parametrize("table", INSERTS)
    def test_no_row_asks_for_its_customer_beside_its_event(self, table: str) -> None:
        statement, asked = INSERTS[table]
        rows("SET CONSTRAINTS ALL IMMEDIATE")
        plan = [line for (line,) in rows(f"EXPLAIN (ANALYZE, COSTS OFF) {statement}")]

        triggers = [line.split()[3].rstrip(":") for line in plan if line.startswith("Trigger for constraint")]
        assert len(triggers) == len(asked)
        assert all(any(name.startswith(one) for one in asked) for name in triggers), triggers

    @pytest.mark.parametrize(
        ("table", "values", "key"),
        [
            (
                "points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)",
                "999, event_id, account_id, 'earn', 1, id, now()",
                "entry_event_fk",
            ),
            (
                "points_lot (customer_id, event_id, account_id, points, remaining, earned_at)",
                "999, event_id, account_id, 1, 1, now()",
                "lot_event_fk",
            ),
            (
                (
                    "events_transaction (customer_id, event_id, transaction_id, status, total, refunded, items, earned, bonus,"
                    " taken_back, burned, given_back, reserved, created_at, updated_at)"
                ),
                "999, event_id, 'new', 'pending', 0, 0, '[]', 0, 0, 0, 0, 0, 0, now(), now()",
                "transaction_event_fk",
            ),
        ],
    )
    def test_a_row_of_nobody_is_refused_for_its_event(self, table: str, values: str, key: str) -> None:
        with pytest.raises(IntegrityError, match=key):
            rows(f"INSERT INTO {table} SELECT {values} FROM points_lot; SET CONSTRAINTS ALL IMMEDIATE")
