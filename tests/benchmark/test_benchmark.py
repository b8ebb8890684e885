import io
import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from loyalty.api.access.authentication import Integrator
from loyalty.benchmark import load, reference
from loyalty.benchmark.costs import Costs, per_unit
from loyalty.benchmark.growth import people
from loyalty.benchmark.report import goal, ratios, spread
from loyalty.benchmark.scratch import CannotMeasure
from loyalty.management.commands.benchmark import MEASURES
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.api_keys import development_key


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Of one run with tiny numbers: it shows that the contestants do the same work, not how fast they are. It takes minutes."""
    printed = io.StringIO()
    call_command("benchmark", quick=True, stdout=printed, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


@pytest.mark.prove
def test_floor_program_and_reference_write_the_same_rows_for_a_checkout(report: dict[str, Any]) -> None:
    found = report["checkout"]
    rows = {json.dumps(seen) for contestant in found["rows_per_checkout"].values() for seen in contestant}
    assert [json.loads(row) for row in rows] == [
        {
            "events_event": 3.0,
            "events_businesskey": 1.0,
            "events_transaction": 1.0,
            "points_lot": 1.0,
            "points_entry": 1.0,
            "api_savedanswer": 1.0,
        }
    ]
    assert found["rows_of_one_checkout_are_the_same"]
    for clients in ("1_client", "8_clients"):
        assert found[clients]["ratio"]["median"] > 0
        assert found[clients]["times_the_reference"]["median"] > 0
        assert found[clients]["ours"]["wal_bytes"]["median"] > 0
        assert {"database_ms", "transaction_ids"} <= found[clients]["floor"].keys()
        assert found[clients]["ours"]["p95_ms"]["median"] > found[clients]["floor"]["p50_ms"]["median"] > 0
    assert set(found["goals"]) == {"ratio", "times_the_reference"}
    assert set(found["where"]["engine"][0]["share"]) == {"lock_and_read", "reduce", "write"}
    assert 0 < found["where"]["request"]["of_it_the_engine"] < 1


@pytest.mark.prove
def test_an_event_in_bulk_writes_the_rows_of_a_single_one(report: dict[str, Any]) -> None:
    found = report["bulk"]
    assert found["events_a_request"] == 50
    assert found["rows_per_event"] == {
        "events_event": 3.0,
        "events_businesskey": 1.0,
        "events_transaction": 1.0,
        "points_lot": 1.0,
        "points_entry": 1.0,
    }
    for clients in ("1_client", "8_clients"):
        assert found[clients]["times_the_single_rate"]["median"] > 0
        assert found[clients]["single"]["p95_ms"]["median"] > 0
        assert found["goals"][clients]["at_least"] == 4


@pytest.mark.prove
def test_the_floors_of_imports_copy_the_rows_that_the_import_made(report: dict[str, Any]) -> None:
    found = report["imports"]
    assert found["customers"]["rows"] == 200
    assert found["customers"]["rows_per_line"]["events_event"] == 1
    assert found["checkouts"]["rows"] == 300
    assert found["checkouts"]["rows_per_line"]["points_entry"] == 1
    for part in (found["customers"], found["checkouts"]):
        assert part["ratio"]["median"] > 0
        assert part["row_counts_are_the_same"]


@pytest.mark.prove
def test_the_stock_import_that_writes_the_same_tables_does_so(report: dict[str, Any]) -> None:
    customers = report["imports"]["customers"]
    assert customers["stock"]["as_it_is"]["rows_per_line"] == {"customers_customer": 1.0}
    written = customers["stock"]["same_tables"]["rows_per_line"]
    assert written == {table: number for table, number in customers["rows_per_line"].items() if number}
    assert customers["stock"]["as_it_is"]["times"] > 0
    assert customers["stock"]["same_tables"]["goal"]["at_least"] == 100


@pytest.mark.prove
def test_checkouts_of_the_same_customers_are_measured_against_the_floor(report: dict[str, Any]) -> None:
    assert report["hot"]["1_customer"]["8_clients"]["ratio"]["median"] > 0
    assert report["hot"]["50_customers"]["8_clients"]["floor"]["p95_ms"]["median"] > 0


@pytest.mark.prove
def test_checkouts_beside_bonuses_with_limits_are_measured_against_those_without(report: dict[str, Any]) -> None:
    assert report["limits"]["limited_per_second"]["median"] > 0
    assert report["limits"]["goal"]["at_least"] == 0.97


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(
        CommandError,
        match=r"--only knows checkout, hot, limits, bulk, customers, checkouts, .*, rewards, not coffee",
    ):
        call_command("benchmark", only="coffee")


def test_what_a_server_elsewhere_spends_is_not_told() -> None:
    told = per_unit(Costs(1.0, 0, 0), Costs(2.0, 500, 10), 10)
    assert told == {"database_ms": 100, "wal_bytes": 50, "transaction_ids": 1}
    assert per_unit(Costs(None, 0, 0), Costs(None, 500, 10), 10).keys() == {"wal_bytes", "transaction_ids"}


def test_a_ratio_is_the_median_of_each_rounds_own_pair() -> None:
    assert ratios([10, 30, 20], [100, 100, 50]) == {"median": 0.3, "min": 0.1, "max": 0.4}
    assert goal(0.3, ratios([30], [100])) == {"at_least": 0.3, "met": True}
    assert spread([3, 1, 2]) == {"median": 2, "min": 1, "max": 3}


@pytest.mark.prove
def test_a_recalculation_leaves_the_rows_of_a_statement_by_hand(report: dict[str, Any]) -> None:
    found = report["tiers"]["recalculation"]
    ours, floor = found["rows_written"]["ours"], found["rows_written"]["floor"]
    assert {name: ours[name] for name in floor} == floor == {"events_event": 498.0}
    assert found["ratio"]["median"] > 0


@pytest.mark.prove
def test_checkouts_with_a_structure_are_measured_against_those_without(report: dict[str, Any]) -> None:
    found = report["tiers"]["checkouts"]
    assert found["tiered_per_second"]["median"] > 0
    assert found["goal"]["at_least"] == 0.93


@pytest.mark.prove
def test_movements_of_points_are_measured_against_a_plain_ledger(report: dict[str, Any]) -> None:
    found = report["ledger"]
    assert (found["batch"], found["movements"]) == (50, 200)
    assert found["ratio"]["median"] > 0
    assert found["goal"]["at_least"] == 1


@pytest.mark.prove
def test_growth_is_told_of_pages_reads_and_timers(report: dict[str, Any]) -> None:
    table = report["growth"]["table"]
    assert {"page Customers", "page Transactions", "API count", "API v1 customers", "timer birthdays"} <= table.keys()
    assert sum(name.startswith("page profile") for name in table) > 3
    assert all(row.keys() == {"20", "60", "growth"} for row in table.values())


@pytest.mark.prove
def test_each_part_says_whether_others_worked_on_the_machine(report: dict[str, Any]) -> None:
    assert {name for name, part in report.items() if "busy_at_the_end" in part} == MEASURES.keys()
    assert "busy" in report["machine"]


@pytest.mark.prove
def test_codes_are_made_and_looked_up_against_a_copy_of_the_same_rows(report: dict[str, Any]) -> None:
    found = report["coupons"]["generation"]
    assert found["codes"] == 200
    assert found["ratio"]["median"] > 0
    assert found["goal"]["at_least"] == 0.3
    looked_up = report["coupons"]["look_up"]
    assert looked_up["codes"] == 2_000
    assert looked_up["goal"] == {"index_only": True, "met": True}
    assert looked_up["code"]["plan"] == ["Index Only Scan using coupon_by_code"]
    assert looked_up["taken"]["plan"] == ["Index Scan using coupon_by_code"]


@pytest.mark.prove
def test_floor_and_program_write_the_same_rows_for_a_redemption_and_a_claim(report: dict[str, Any]) -> None:
    redemption, claim = report["coupons"]["redemption"], report["rewards"]["claim"]
    assert redemption["rows_of_one_redemption_are_the_same"]
    assert claim["rows_of_one_claim_are_the_same"]
    common = {"events_event": 1.0, "api_savedanswer": 1.0}
    for found, rows in (
        (redemption, {"events_transaction": 1.0, "coupons_use": 1.0, "coupons_movement": 1.0, **common}),
        (claim, {"claims_claim": 1.0, "points_entry": 1.0, **common}),
    ):
        assert found["rows_per_unit"] == {"floor": [rows], "ours": [rows]}
        assert found["clients"] == 8
        assert found["ratio"]["median"] > 0
        assert found["goal"]["at_least"] == 0.2


@pytest.mark.prove
def test_the_list_of_rewards_is_measured_against_the_same_rows_without_rules(report: dict[str, Any]) -> None:
    found = report["rewards"]["list"]
    assert found["rewards"] == 20
    assert found["p95_ratio"]["median"] > 0
    assert found["goal"]["at_most"] == 2


def test_a_busy_machine_is_refused_unless_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (99.0, 99.0, 99.0))
    with pytest.raises(CommandError, match=r"above the [0-9]+ processors: wait, or say --busy"):
        call_command("benchmark", only="expiry")


def test_what_is_measured_is_written_when_a_later_part_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise CannotMeasure("The disk is full.")

    monkeypatch.setitem(MEASURES, "ledger", fail)
    output = tmp_path / "report.json"
    with pytest.raises(CommandError, match="disk is full"):
        call_command("benchmark", quick=True, only="expiry,ledger", output=output, stderr=io.StringIO())

    report = json.loads(output.read_text())
    assert report.keys() == {"machine", "expiry"}
    assert_the_floor_copies_what_expiry_wrote(report["expiry"])


def assert_the_floor_copies_what_expiry_wrote(found: dict[str, Any]) -> None:
    assert found["rows_written"] == {
        "points_lot": 600,
        "points_balance": 300,
        "events_event": 300,
        "points_entry": 600,
    }
    assert set(found["floor_seconds"]) == {*found["rows_written"], "sync_outboxrow", "commit"}
    assert found["ratio"]["median"] > 0
    assert found["longest_chunk_seconds"]["max"] > 0


@pytest.mark.django_db
def test_the_reference_takes_twelve_queries() -> None:
    people.fill(3)
    key = development_key("till")
    request = RequestFactory().get("/events", headers={"User-Agent": "till", "Idempotency-Key": "1"})
    asking: Any = SimpleNamespace(
        user=Integrator(key), headers=request.headers, META=request.META, _request=SimpleNamespace(body=b"")
    )
    items = [{**item, "price": Decimal("9.9"), "subtotal": Decimal("9.9")} for item in load.ITEMS]
    data: dict[str, Any] = {**load.ORDER, "total": Decimal("59.7"), "transaction_id": "T", "items": items}

    with CaptureQueriesContext(connection) as captured:
        customer, balance, event = reference.check_out(asking, "bench-2", data)
        reference.save_answer(asking, customer, reference.answer(customer, balance, event))

    assert len(captured) == 12
    assert compare(all_checks(), limit=10).mismatches == []
