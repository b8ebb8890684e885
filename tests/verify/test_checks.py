"""A history as the engine recorded it is found right; what was changed in it by hand is named, and nothing else."""

import pytest

from loyalty.points.enums import BUCKETS, EntryKind
from loyalty.points.ledger.checks import BALANCES
from loyalty.verify.comparison import Findings, verify
from loyalty.verify.health import all_checks
from tests.engine.world import accepted, event, rows
from tests.verify.corrupting import CORRUPTIONS, corrupt, customer_of, differing, record_histories


@pytest.fixture(scope="module")
def clean(committed_module: None) -> Findings:
    """A customer for each corruption, all of them still as they should be, and one who was in debt."""
    record_histories(*CORRUPTIONS)
    rows("UPDATE points_account SET negative_points = true")
    accepted(
        event("debtor", "opt_in"),
        event("debtor", "point_add", points=5),
        event("debtor", "point_spend", points=9),
        event("debtor", "point_add", points=1),
        event("debtor", "point_unspend", points=1),
    )
    rows("UPDATE points_account SET negative_points = false")
    return verify(all_checks(), limit=100)


@pytest.fixture(scope="module")
def corrupted(clean: Findings) -> Findings:
    corrupt({name: name for name in CORRUPTIONS})
    return verify(all_checks(), limit=1_000)


def test_a_history_that_was_recorded_is_right(clean: Findings) -> None:
    customers = len(CORRUPTIONS) + 1

    assert (clean.found, clean.mismatches) == (0, [])
    assert clean.compared["balances"] == clean.compared["totals"] == customers
    assert clean.compared["lots"] > 5 * len(CORRUPTIONS)
    assert clean.compared["events"] > 15 * len(CORRUPTIONS)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_what_was_changed_by_hand_is_named_and_nothing_else(corrupted: Findings, name: str) -> None:
    found = [mismatch for mismatch in corrupted.mismatches if mismatch.customer_id == customer_of(name)]

    assert differing(found) == CORRUPTIONS[name][1]


def test_an_honest_customer_beside_them_is_not_named(corrupted: Findings) -> None:
    assert customer_of("debtor") not in {mismatch.customer_id for mismatch in corrupted.mismatches}


def test_a_mismatch_says_what_is_stored_and_what_was_recomputed(corrupted: Findings) -> None:
    [found] = [mismatch for mismatch in corrupted.mismatches if mismatch.customer_id == customer_of("earned")]

    assert found.row.startswith(f"points_balance ({found.customer_id}, ")
    assert found.stored["earned"] == found.recomputed["earned"] + 1


def test_the_list_is_cut_and_the_number_is_not(corrupted: Findings) -> None:
    cut = verify(all_checks(), limit=3)

    assert (len(cut.mismatches), cut.found) == (3, corrupted.found)


def test_every_kind_of_entry_has_its_bucket() -> None:
    assert set(BUCKETS) == set(EntryKind)
    assert {entry[0] for entry in BUCKETS.values() if entry} <= set(BALANCES.columns)
