"""Status points and levels as the engine kept them are found right; what was changed in them by hand is named."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from customers.erasure.mechanism import BAN
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.tiers.checks import CHECKS
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.engine.world import rows
from tests.tiers.ladders import done, local
from tests.tiers.verify.lives import STRUCTURES, TODAY, begin, id_of, live, merged, wrong

IDS: dict[str, int] = {}
STAFF = Actor("back_office", grants=frozenset({BAN}))


def leave(name: str, action: str) -> None:
    [outcome] = record([Incoming(name, action, {"reason": "fraud"})], by=STAFF, at=TODAY)
    assert outcome.error is None, outcome.error


@pytest.fixture(scope="module", autouse=True)
def lived(committed_module: None) -> Iterator[None]:
    """Two alone; a chain of three profiles, whose survivor lives on; one who left, into whom another was merged; a newcomer."""
    with override_settings(TIME_ZONE="Europe/Berlin"):
        begin()
        for name in ("ann", "bob", "first", "second", "third", "gone", "into gone", "banned"):
            live(name)
            # Erasure takes the name away.
            IDS[name] = id_of(name)
        merged("first", "second", "2026-01-14")
        merged("second", "third")
        done("partial_refund", local("2026-01-16"), "third", transaction_id="first-3", amount=250)
        done("refund", local("2026-01-17"), "third", transaction_id="second-9")
        done("point_sub", local("2026-01-18"), "third", points=700)
        merged("into gone", "gone")
        leave("gone", "opt_out")
        leave("banned", "ban")
        done("opt_in", local("2026-01-19"), "new")
        IDS["new"] = id_of("new")
        yield


@pytest.fixture(autouse=True)
def rolled_back(lived: None) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def days(name: str, structure: str) -> dict[str, int]:
    found = rows(
        "SELECT day::text, points::int FROM tiers_statusday JOIN tiers_structure s ON s.id = structure_id"
        " WHERE customer_id = %s AND slug = %s AND points <> 0 ORDER BY day",
        [IDS[name], structure],
    )
    return dict(found)


def test_what_the_engine_has_counted_is_right() -> None:
    found = compare(CHECKS.checks, limit=100)
    assert (found.found, found.mismatches) == (0, [])
    assert found.compared["status_days"] > 100
    # Ann, Bob, the third and the newcomer; who left and who was merged away has none.
    assert found.compared["levels"] == 3 * (len(STRUCTURES)) + len(STRUCTURES)
    assert compare(all_checks(), limit=100).mismatches == []


def test_all_that_may_go_wrong_has_happened_to_them() -> None:
    by_points = {
        "2025-03-30": 305, "2025-04-01": 30, "2025-05-05": 60, "2025-06-04": 25, "2025-10-27": 100, "2025-11-06": -10,
        "2025-12-30": 80, "2026-01-02": 200, "2026-01-09": 150, "2026-01-11": -330,
    }  # fmt: skip
    assert days("ann", "standard") == by_points
    assert days("ann", "yearly") == {**by_points, "2025-12-30": 40, "2026-01-09": 190}
    assert days("ann", "purchases") == {
        "2025-03-30": 305, "2025-04-01": 30, "2025-10-27": 100, "2026-01-02": 200, "2026-01-09": 150,
    }  # fmt: skip
    assert days("ann", "nuggets") == {"2025-05-06": 110}
    assert days("ann", "forints") == {"2025-11-01": 480}
    assert days("ann", "spent") == {"2025-03-30": 350, "2025-10-26": 100, "2025-12-30": 350}
    assert days("ann", "spent_yearly") == {
        "2025-03-30": 350, "2025-10-26": 100, "2025-12-30": 200, "2026-01-09": 150,
    }  # fmt: skip
    assert days("ann", "invited") == {}
    # A family's are added up.
    assert days("third", "nuggets") == {"2025-05-06": 330}


_DAY = "(customer_id, structure_id, day) = (SELECT {customer}, s.id, max(day) FROM tiers_statusday d JOIN tiers_structure s ON s.id = d.structure_id WHERE customer_id = {customer} AND slug = 'spent' GROUP BY s.id)"
_TIER = "customer_id = {customer} AND structure_id = (SELECT id FROM tiers_structure WHERE slug = '%s')"
_LEVEL = "(SELECT l.id FROM tiers_level l JOIN tiers_structure s ON s.id = structure_id WHERE s.slug = '{}' AND l.slug = '{}')"
_LATE = "customer_id = {customer} AND structure_id = (SELECT id FROM tiers_structure WHERE slug = 'spent_yearly')"
_AN_ORDER = "customer_id = {customer} AND transaction_id LIKE '%%-3'"
# What is done to the rows of one customer, and how many rows of which table are named then.
CORRUPTIONS = {
    "more points": (f"UPDATE tiers_statusday SET points = points + 1 WHERE {_DAY}", {"tiers_statusday": 1}),
    "a fraction more": (f"UPDATE tiers_statusday SET points = points + 0.0001 WHERE {_DAY}", {"tiers_statusday": 1}),
    "a day lost": (f"DELETE FROM tiers_statusday WHERE {_DAY}", {"tiers_statusday": 1}),
    "a day from nowhere": (
        "INSERT INTO tiers_statusday (customer_id, structure_id, day, points) SELECT {customer}, id, date '2024-02-29', 5 FROM tiers_structure WHERE slug = 'invited'",
        {"tiers_statusday": 1},
    ),
    "another day": (f"UPDATE tiers_statusday SET day = day + 1 WHERE {_DAY}", {"tiers_statusday": 2}),
    "another structure": (
        f"UPDATE tiers_statusday SET structure_id = (SELECT id FROM tiers_structure WHERE slug = 'forints') WHERE {_DAY}",
        {"tiers_statusday": 2},
    ),
    "late on another day": (f"UPDATE tiers_latepoints SET day = day + 1 WHERE {_LATE}", {"tiers_statusday": 2}),
    "late no more": (f"DELETE FROM tiers_latepoints WHERE {_LATE}", {"tiers_statusday": 2}),
    # In euros there are two structures.
    "an order's total": (f"UPDATE events_transaction SET total = total + 1 WHERE {_AN_ORDER}", {"tiers_statusday": 2}),
    "an order's refund": (
        f"UPDATE events_transaction SET refunded = refunded + 1 WHERE {_AN_ORDER}",
        {"tiers_statusday": 2},
    ),
    "an order's status": (
        f"UPDATE events_transaction SET status = 'refunded' WHERE {_AN_ORDER}",
        {"tiers_statusday": 2},
    ),
    "an order's currency": (
        f"UPDATE events_transaction SET currency = 'HUF' WHERE {_AN_ORDER}",
        {"tiers_statusday": 3},
    ),
    "an order's day": (
        f"UPDATE events_transaction SET checkout_at = checkout_at - interval '3 days' WHERE {_AN_ORDER}",
        {"tiers_statusday": 4},
    ),
    # Of the fix of 4 June, in the two structures that count all actions.
    "a lot's day": (
        "UPDATE points_lot SET earned_at = earned_at + interval '1 day' WHERE customer_id = {customer} AND points = 25",
        {"tiers_statusday": 4},
    ),
    "a higher level": (
        f"UPDATE tiers_customertier SET level_id = {_LEVEL.format('standard', 't2')} WHERE {_TIER % 'standard'}",
        {"tiers_customertier": 1},
    ),
    "a level without an event": (
        f"UPDATE tiers_customertier SET level_id = {_LEVEL.format('invited', 'high')} WHERE {_TIER % 'invited'}",
        {"tiers_customertier": 1},
    ),
    "a level of another structure": (
        f"UPDATE tiers_customertier SET level_id = {_LEVEL.format('spent', 'low')} WHERE {_TIER % 'invited'}",
        {"tiers_customertier": 1},
    ),
    "no level": (
        f"UPDATE tiers_customertier SET level_id = NULL, expires_on = NULL, manual = false WHERE {_TIER % 'spent'}",
        {"tiers_customertier": 1},
    ),
    "another event": (
        f"UPDATE tiers_customertier SET event_id = 1 WHERE {_TIER % 'spent'}",
        {"tiers_customertier": 1},
    ),
}


def named(name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in wrong():
        assert one.customer_id == IDS[name], one
        table = one.row.partition(" ")[0]
        found[table] = found.get(table, 0) + 1
    return found


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_what_was_changed_by_hand_is_named_and_nothing_else(name: str) -> None:
    statement, expected = CORRUPTIONS[name]
    rows(statement.format(customer=IDS["ann"]).replace("%%", "%"))
    assert named("ann") == expected


@pytest.mark.parametrize("name", ["more points", "a day from nowhere", "late no more", "a level without an event"])
def test_what_was_changed_after_a_merge_is_named_at_the_survivor(name: str) -> None:
    rows(CORRUPTIONS[name][0].format(customer=IDS["third"]).replace("%%", "%"))
    assert set(named("third")) == set(CORRUPTIONS[name][1])


@pytest.mark.parametrize("name", ["gone", "into gone", "banned", "first"])
@pytest.mark.parametrize("table", ["tiers_customertier", "tiers_statusday", "tiers_latepoints"])
def test_nothing_may_be_left_of_who_was_erased_or_merged_away(name: str, table: str) -> None:
    columns = {
        "tiers_customertier": "structure_id, level_id, since, event_id",
        "tiers_statusday": "structure_id, day, points",
        "tiers_latepoints": "structure_id, about + 1000000, day",
    }[table]
    rows(
        f"INSERT INTO {table} (customer_id, {columns.replace(' + 1000000', '')}) SELECT {IDS[name]}, {columns}"
        f" FROM {table} WHERE customer_id = {id_of('ann')} LIMIT 1"
    )
    # A day without points is none.
    rows("UPDATE tiers_statusday SET points = 7 WHERE customer_id = %s", [IDS[name]])
    assert set(named(name)) == {table}


def test_a_mismatch_says_what_is_stored_and_what_was_recomputed() -> None:
    rows(CORRUPTIONS["more points"][0].format(customer=IDS["ann"]))
    [found] = wrong()
    assert found.check == "status_days"
    assert found.stored["points"] == found.recomputed["points"] + 1
    assert found.row.startswith(f"tiers_statusday ({id_of('ann')}, ")


# What is counted


def test_an_inactive_structure_is_not_compared_nor_any_while_the_module_is_off() -> None:
    rows("DELETE FROM tiers_statusday WHERE structure_id = (SELECT id FROM tiers_structure WHERE slug = 'spent')")
    assert len(wrong()) == 9
    rows("UPDATE tiers_structure SET status = 'inactive' WHERE slug = 'spent'")
    assert wrong() == []
    rows("UPDATE tiers_structure SET status = 'active'")
    rows("UPDATE staff_generalsettings SET modules = array_remove(modules, 'tiers')")
    assert wrong() == []


def test_a_new_structure_is_compared_once_it_was_counted() -> None:
    rows(
        "INSERT INTO tiers_structure (slug, name, account_id) SELECT 'late', 'L', id FROM points_account WHERE is_default"
    )
    assert wrong()
    rows(
        "INSERT INTO tiers_recalculation (structure_id, way, recounts, status, created_at, after, customers, risen, fallen)"
        " SELECT id, 'rise', true, 'running', now(), 0, 0, 0, 0 FROM tiers_structure WHERE slug = 'late'"
    )
    assert wrong() == []
    rows("UPDATE tiers_recalculation SET status = 'done'")
    assert wrong()


def test_of_a_ladder_that_has_changed_the_levels_without_an_event_are_not_compared() -> None:
    rows(CORRUPTIONS["a level without an event"][0].format(customer=IDS["new"]))
    assert [one.check for one in wrong()] == ["levels"]
    rows(
        "INSERT INTO tiers_recalculation (structure_id, way, recounts, status, created_at, after, customers, risen, fallen)"
        " SELECT id, 'rise', false, 'done', now(), 0, 0, 0, 0 FROM tiers_structure WHERE slug = 'invited'"
    )
    assert wrong() == []
