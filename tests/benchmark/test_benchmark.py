import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from loyalty.benchmark.costs import Costs, per_unit
from loyalty.benchmark.report import goal, ratios, spread


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Of one run with tiny numbers: it shows that the contestants do the same work, not how fast they are."""
    printed = io.StringIO()
    call_command("benchmark", quick=True, stdout=printed, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


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


def test_the_floors_of_imports_copy_the_rows_that_the_import_made(report: dict[str, Any]) -> None:
    found = report["imports"]
    assert found["customers"]["rows"] == 200
    assert found["customers"]["rows_per_line"]["events_event"] == 1
    assert found["checkouts"]["rows"] == 300
    assert found["checkouts"]["rows_per_line"]["points_entry"] == 1
    assert all(part["ratio"]["median"] > 0 and part["row_counts_are_the_same"] for part in found.values())


def test_the_floor_of_expiry_copies_the_rows_that_the_run_wrote(report: dict[str, Any]) -> None:
    found = report["expiry"]
    assert found["rows_written"] == {
        "points_lot": 600,
        "points_balance": 300,
        "events_event": 300,
        "points_entry": 600,
    }
    assert set(found["floor_seconds"]) == {*found["rows_written"], "commit"}
    assert found["ratio"]["median"] > 0
    assert found["longest_chunk_seconds"]["max"] > 0


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(
        CommandError, match="--only knows checkout, bulk, customers, checkouts, expiry, tiers, not coffee"
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


def test_a_recalculation_leaves_the_rows_of_a_statement_by_hand(report: dict[str, Any]) -> None:
    found = report["tiers"]["recalculation"]
    ours, floor = found["rows_written"]["ours"], found["rows_written"]["floor"]
    assert {name: ours[name] for name in floor} == floor == {"events_event": 498.0}
    assert found["ratio"]["median"] > 0


def test_checkouts_with_a_structure_are_measured_against_those_without(report: dict[str, Any]) -> None:
    found = report["tiers"]["checkouts"]
    assert found["tiered_per_second"]["median"] > 0
    assert found["goal"]["at_least"] == 0.93
