"""Each event knows the version of the programme it ran under, and each such version is kept as it was."""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from events.models import Event
from events.types.models import EventAttribute, EventType
from loyalty import composition as program
from loyalty.engine.program import Program
from loyalty.engine.programs import programs
from loyalty.program.models import GeneralSettings, ProgramRecord
from loyalty.program.operations import advance_program, apply_program, save_version
from loyalty.program.queries import program_version, read_program, sections
from loyalty.staff.sender import Sender
from tests.listing import all_of

from .world import accepted, configure, event, rows, send

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def apply(given: dict[str, Any]) -> int:
    return apply_program(given, by=Sender(None, AT)).result().version


def used() -> Program:
    """What the engine has just run under."""
    found = programs._program
    assert found is not None
    return found


CHANGES: list[dict[str, Any]] = [
    {"settings": {"currency": "HUF", "auto_subscribe": "any", "modules": [], "accept_after_days": 3}},
    {"event_types": [{"action": "visit", "name": "Visit", "default_points": 3, "pending_days": 2, "one_time": True}]},
    {"accounts": [{"id": "gold", "name": "Gold", "expiry": {"rule": "calendar", "month": 2, "day": 31}}]},
    {"accounts": [{"id": "gold", "expiry": {"rule": "activity", "after": 2, "unit": "years", "actions": ["visit"]}}]},
    {"accounts": [{"id": "main", "expiry": {"rule": "activity", "after": 6, "unit": "months"}, "negative_points": True}]},
    {"accounts": [{"id": "main", "earning": {"percentage": "7.25", "percentages": {"USD": "0.5"}, "basis": "item"}}]},
    {"bonuses": [{"id": "spring", "account": "gold", "name": "Spring", "multiplier": "2", "last_day": "2026-05-31"}]},
    {"accounts": [{"id": "main", "earning": None}]},
]  # fmt: skip


@pytest.mark.django_db
def test_the_kept_document_of_an_events_version_rebuilds_the_very_program_it_ran_under() -> None:
    accepted(event("ann", "opt_in"))
    ran = {used().version: used()}
    for number, change in enumerate(CHANGES):
        apply(change)
        accepted(event(f"c{number}", "opt_in"))
        ran[used().version] = used()

    assert len(ran) == len(CHANGES) + 1
    assert set(Event.objects.values_list("program_version", flat=True)) == set(ran)
    for version, expected in ran.items():
        assert program.program_of(version) == expected
    assert len({repr(found.config) + repr(found.event_rules) + repr(found.modules) for found in ran.values()}) == len(
        ran
    )


@pytest.mark.django_db
def test_a_version_stays_what_it_was_whatever_is_renamed_afterwards() -> None:
    accepted(event("ann", "opt_in"))
    before = used()
    rows("UPDATE points_account SET name = 'Other', negative_points = true")
    rows("UPDATE events_eventtype SET name = 'Other'")

    assert program.program_of(before.version) == before


@pytest.mark.django_db
def test_a_version_that_nobody_kept_is_named() -> None:
    with pytest.raises(LookupError, match="999999"):
        program.program_of(999_999)


# The version moves with each change, and only then


def changed(change: Callable[[], Any]) -> bool:
    before = program_version()
    change()
    return program_version() != before


@pytest.mark.django_db
def test_what_changes_nothing_is_no_new_version() -> None:
    accepted(event("ann", "opt_in"))

    assert not changed(lambda: rows("UPDATE points_account SET name = name"))
    assert not changed(lambda: rows("UPDATE events_eventtype SET name = 'x' WHERE action = 'none'"))
    assert not changed(lambda: rows("DELETE FROM points_burnrate"))
    assert not changed(lambda: GeneralSettings.objects.get().save())
    assert not changed(lambda: rows("UPDATE staff_programversion SET version = version"))


TABLES = {
    "staff_generalsettings": "UPDATE staff_generalsettings SET brand_name = 'x'",
    "events_eventattribute": "DELETE FROM events_eventattribute WHERE event_type_id = 'profile'",
    "events_eventtype": "UPDATE events_eventtype SET default_points = 3 WHERE action = 'birthday'",
    "customers_field": "UPDATE customers_field SET name = 'F'",
    "points_account": "UPDATE points_account SET negative_points = true",
    "points_burnrate": "INSERT INTO points_burnrate (account_id, currency, points, amount)"
    " SELECT id, 'EUR', 1, 1 FROM points_account",
    "points_earningrule": "UPDATE points_earningrule SET rounding = 'up'",
    "points_bonus": "INSERT INTO points_bonus (account_id, name, kind, multiplier) SELECT id, 'B', 'multiplier', 2"
    " FROM points_account",
    "points_earningrate": "INSERT INTO points_earningrate (rule_id, currency, percentage)"
    " SELECT id, 'EUR', 1 FROM points_earningrule",
    **all_of("versions"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_each_change_is_a_new_version_for_the_next_event(table: str) -> None:
    accepted(event("ann", "opt_in"))
    before = used()

    assert changed(lambda: rows(TABLES[table]))
    accepted(event("bob", "opt_in"))

    assert used().version == program_version() != before.version
    assert used().document != before.document


@pytest.mark.django_db
def test_each_table_that_a_section_reads_moves_the_version() -> None:
    advance_program()
    with CaptureQueriesContext(connection) as queries:
        read_program()
    read = {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}

    watched = {
        table
        for (table,) in rows("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'advance_program_version'")
    }
    assert read - {"staff_programversion"} == watched == set(TABLES)


@pytest.mark.django_db
def test_what_one_transaction_changes_is_one_version_unless_events_came_in_between() -> None:
    accepted(event("ann", "opt_in"))
    first = used().version
    for table in TABLES:
        rows(TABLES[table])
    second = program_version()
    accepted(event("bob", "opt_in"))
    rows("UPDATE points_account SET name = 'Other'")
    accepted(event("eve", "opt_in"))

    assert first < second < program_version()
    assert list(ProgramRecord.objects.order_by("version").values_list("version", flat=True)) == [
        first, second, program_version(),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_number_that_was_rolled_back_never_means_another_programme() -> None:
    accepted(event("ann", "opt_in"))
    with transaction.atomic():
        configure(auto_subscribe="any")
        accepted(event("bob", "point_add", points=1))
        gone = used().version
        transaction.set_rollback(True)

    configure(auto_subscribe="off")

    assert program_version() > gone
    assert accepted(event("ann", "point_add", points=1))[0].program.auto_subscribe == "off"


@pytest.mark.django_db
def test_a_kept_version_is_read_once_in_a_process() -> None:
    apply(CHANGES[0])
    with CaptureQueriesContext(connection) as asked:
        again, before = read_program(), read_program()

    assert len(asked) == 2
    assert again == before
    # Each has one of its own.
    again[1]["settings"]["currency"] = "XXX"
    assert read_program() == before


@pytest.mark.django_db
def test_what_was_remembered_of_a_record_that_was_rolled_back_is_not_taken_for_what_has_changed_since() -> None:
    rows("UPDATE points_account SET name = 'First'")
    with transaction.atomic():
        save_version(*read_program(), at=AT)
        transaction.set_rollback(True)
    version = program_version()
    rows("UPDATE points_account SET name = 'Second'")

    found, document, _facts = read_program()

    assert found == version
    assert document["accounts"][0]["name"] == "Second"


# Kept with the commit


@contextmanager
def beside() -> Iterator[Callable[[str], list[Any]]]:
    """Another connection, which sees what is committed."""
    chosen = connection.settings_dict
    with psycopg.connect(
        host=chosen["HOST"],
        port=chosen["PORT"],
        user=chosen["USER"],
        password=chosen["PASSWORD"],
        dbname=chosen["NAME"],
    ) as raw:
        yield lambda statement: raw.execute(statement).fetchall()
        raw.rollback()


def test_what_a_rolled_back_batch_kept_is_kept_again_by_the_next(committed_db: None) -> None:
    advance_program()
    with transaction.atomic():
        accepted(event("ann", "opt_in"))
        transaction.set_rollback(True)
    assert not ProgramRecord.objects.filter(version=program_version()).exists()

    accepted(event("ann", "opt_in"))

    with beside() as look:
        assert look("SELECT max(version) FROM staff_programrecord") == look(
            "SELECT DISTINCT program_version FROM events_event"
        )


def test_a_batch_that_fails_to_write_leaves_no_version_behind_that_only_it_knew(committed_db: None) -> None:
    advance_program()
    with pytest.raises(DatabaseError):
        send(event("ann", "opt_in", src="\0"))
    assert not ProgramRecord.objects.filter(version=program_version()).exists()

    accepted(event("ann", "opt_in"))

    assert ProgramRecord.objects.latest("version").version == program_version() == used().version


def test_a_process_of_another_time_zone_runs_under_a_version_of_its_own(committed_db: None, settings: Settings) -> None:
    accepted(event("ann", "opt_in"))
    first = used()
    settings.TIME_ZONE = "Europe/Budapest"
    programs._program = None  # another process

    accepted(event("bob", "opt_in"))

    second = used()
    assert (str(first.time_zone), str(second.time_zone)) == ("UTC", "Europe/Budapest")
    assert second.version == program_version() > first.version
    assert program.program_of(second.version) == second
    assert program.program_of(first.version) == first


# Races


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs at once, each on its own connection; what they return or raise."""
    found: list[Any] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(place: int) -> None:
        start.wait()
        try:
            found[place] = jobs[place]()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def naming(word: str) -> dict[str, Any]:
    """A file that writes the word in every section."""
    return {
        "settings": {"brand_name": word},
        "event_types": [{"action": f"visit_{number}", "name": word} for number in range(20)],
        "accounts": [{"id": "main", "name": word}],
    }


def words(document: dict[str, Any]) -> set[str]:
    visits = [item["name"] for item in document["event_types"] if item["action"].startswith("visit_")]
    return {document["settings"]["brand_name"], document["accounts"][0]["name"], *visits}


def read_naively() -> dict[str, Any]:
    """The control: sections one after the other, and no second look at the version."""
    return {section.name: section.read() for section in sections()}


@pytest.mark.parametrize(("read", "is_mixed"), [(lambda: read_program()[1], False), (read_naively, True)])
def test_a_programme_is_read_of_one_moment(committed_db: None, read: Callable[[], Any], is_mixed: bool) -> None:
    apply(naming("zero"))
    done = threading.Event()
    seen: list[set[str]] = []

    def write() -> None:
        try:
            for number in range(12):
                apply(naming(f"word {number}"))
                time.sleep(0.005)
                if is_mixed and len(seen) > 20 and mixed():
                    break  # the control has shown what it is to show
        finally:
            done.set()

    def look() -> None:
        while not done.is_set():
            seen.append(words(read()))

    def mixed() -> bool:
        return any(len(found) > 1 for found in seen)

    assert together(write, look, look) == [None, None, None]
    assert len(seen) > 20
    assert mixed() == is_mixed


def test_two_who_apply_at_once_come_one_after_the_other(committed_db: None) -> None:
    apply(naming("zero"))
    for number in range(10):
        left, right = naming(f"left {number}"), naming(f"right {number}")
        versions = together(partial(apply, left), partial(apply, right))

        assert len(set(versions)) == 2, versions
        texts = [words(ProgramRecord.objects.get(version=version).document) for version in sorted(versions)]
        assert sorted(map(list, texts)) == [[f"left {number}"], [f"right {number}"]]
        assert words(read_program()[1]) == texts[-1]


def test_events_between_changes_name_versions_that_are_kept_as_they_ran(committed_db: None) -> None:
    accepted(event("ann", "opt_in"))
    done = threading.Event()

    def change() -> None:
        try:
            for number in range(25):
                rows("UPDATE staff_generalsettings SET brand_name = %s", [f"brand {number}"])
                rows("UPDATE points_account SET name = %s", [f"account {number}"])
        finally:
            done.set()

    def send() -> int:
        sent = 0
        while not done.is_set():
            outcome = accepted(event("ann", "point_add", points=1))[0]
            assert program.program_of(outcome.program.version).document == outcome.program.document
            sent += 1
        return sent

    found = together(change, send, send, send)
    assert found[0] is None
    assert all(isinstance(sent, int) and sent > 0 for sent in found[1:]), found
    assert not rows("SELECT program_version FROM events_event EXCEPT SELECT version FROM staff_programrecord")


# Kept for good


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE staff_programrecord SET origin = 'file'", "DELETE FROM staff_programrecord"]
)
def test_a_kept_version_is_written_once(statement: str) -> None:
    accepted(event("ann", "opt_in"))

    with pytest.raises(DatabaseError, match=r"denied|written once"), transaction.atomic():
        rows(statement)
    assert ProgramRecord.objects.count() == 1


# Speed


def make_visits(first: int, last: int) -> None:
    """Event types with two attributes each."""
    numbers = range(first, last)
    EventType.objects.bulk_create(EventType(action=f"visit_{number}", name=f"Visit {number}") for number in numbers)
    EventAttribute.objects.bulk_create(
        EventAttribute(event_type_id=f"visit_{number}", slug=slug) for number in numbers for slug in ("shop", "city")
    )


@pytest.mark.django_db
def test_configuring_the_engine_takes_as_many_queries_for_200_event_types_as_for_1() -> None:
    taken = list[int]()
    for first, last in ((0, 1), (1, 200)):
        make_visits(first, last)
        with CaptureQueriesContext(connection) as queries:
            program.configure()
        taken.append(len(queries))

    assert taken[0] == taken[1]


@pytest.mark.prove
@pytest.mark.django_db
def test_configuring_the_engine_is_quick_with_200_event_types() -> None:
    make_visits(0, 200)
    program.configure()
    times = []
    for _ in range(20):
        # Of the processor: how long others make it wait is not its doing.
        started = time.thread_time()
        program.configure()
        times.append(time.thread_time() - started)

    assert min(times) < 0.05, times
