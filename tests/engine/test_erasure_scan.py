"""A few people, half of whom opt out: of those nothing is found anywhere, of the others all. `make prove` does it with 1,000."""

import dataclasses
import logging
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from customers.erasure.models import Erasure
from customers.erasure.operations import sweep_erasures
from loyalty.engine.programs import programs
from tests.engine.erasure.scanning import befriend, import_refused_rows, kept, leave, marker, named, people

from .test_write_once import connect
from .world import rows

EVERYBODY = list(range(1, 13))
GONE, STAYING = EVERYBODY[:6], EVERYBODY[6:]


@pytest.fixture
def lived(committed_db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    people(EVERYBODY)
    befriend(STAYING, GONE)
    import_refused_rows(EVERYBODY, f"{marker(1)}.csv")
    import_refused_rows(STAYING, "staying.csv")


def scan(caplog: pytest.LogCaptureFixture) -> dict[str, bytes]:
    with caplog.at_level(logging.DEBUG):
        leave(GONE)
        sweep_erasures(at=timezone.now())
    return kept(caplog.text)


def test_of_those_who_left_nothing_is_found_and_of_the_others_everything(
    lived: None, caplog: pytest.LogCaptureFixture
) -> None:
    before = named(kept(""), EVERYBODY)
    assert before.keys() == set(EVERYBODY)
    places = scan(caplog)

    assert named(places, GONE) == {}
    found = named(places, STAYING)
    assert found.keys() == set(STAYING)
    assert found[STAYING[0]] == before[STAYING[0]]
    assert Erasure.objects.filter(completed_at=None).count() == 0


@pytest.mark.parametrize("left_out", ["erase_customers", "erase_events", "erase_points", "erase_api", "erase_staff"])
def test_control_an_app_that_is_left_out_is_found(
    lived: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    erasures = tuple(name for name in programs.composition.erasures if name != left_out)
    monkeypatch.setattr(programs, "_composition", dataclasses.replace(programs.composition, erasures=erasures))

    assert named(scan(caplog), GONE).keys() == set(GONE)


def test_control_without_the_fan_out_the_files_are_found(lived: None, caplog: pytest.LogCaptureFixture) -> None:
    leave(GONE)

    where = set().union(*named(kept(""), GONE).values())
    assert where == {"files", "transfer_importjob", "transfer_refusedrow"}


def test_control_whoever_is_named_by_those_who_stay_is_found_if_only_their_own_rows_are_emptied(
    lived: None, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = "CREATE OR REPLACE FUNCTION names_of(family bigint[]) RETURNS text[] LANGUAGE sql STABLE AS 'SELECT ARRAY[]::text[]'"
    with connect("owner") as raw:
        raw.execute(nobody)
    found = named(scan(caplog), GONE)
    assert {number: {"customers_customer", "events_event"} for number in GONE} == found


def test_what_others_say_besides_stays_and_so_do_those_who_name_somebody_else(
    lived: None, caplog: pytest.LogCaptureFixture
) -> None:
    scan(caplog)

    kept_data = (
        "SELECT data::text FROM events_event e JOIN customers_customer c ON c.id = customer_id WHERE public_id = %s"
    )
    stays = f"{marker(STAYING[0])}i"
    assert (f'{{"nickname": "{stays}"}}',) in rows(f"{kept_data} AND action = 'profile'", [stays])
    assert rows(f"{kept_data} AND action = 'profiling_answer'", [f"{stays}0"]) == [('{"attribute": "referrer"}',)]
    optin = kept_data.replace("data::text", "data ->> 'referrer'") + " AND action = 'opt_in'"
    assert rows(optin, [stays]) == [(marker(STAYING[0]),)]
