"""1,000 people with markers in every field that can hold text; 500 opt out. What is kept is dumped and searched."""

import logging
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers.erasure.models import Erasure
from customers.erasure.operations import sweep_erasures
from loyalty import environment
from loyalty.embedded.postgres import pg_binary
from tests.engine.erasure.scanning import befriend, import_refused_rows, kept, leave, named, people

pytestmark = pytest.mark.prove
EVERYBODY = list(range(1, 1_001))
GONE, STAYING = EVERYBODY[::2], EVERYBODY[1::2]


def dumped() -> bytes:
    chosen = environment.read().database("owner")
    found = subprocess.run(
        [pg_binary("pg_dump"), "-h", str(chosen["HOST"]), "-p",
         str(chosen["PORT"]), "-U", str(chosen["USER"]), connection.settings_dict["NAME"]],
        env={"PGPASSWORD": str(chosen["PASSWORD"])}, capture_output=True, check=True,
    )  # fmt: skip
    return found.stdout


def test_nothing_is_found_of_five_hundred_and_all_of_the_others(
    committed_db: None, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    with caplog.at_level(logging.INFO):
        people(EVERYBODY)
        befriend(STAYING, GONE)
        import_refused_rows(EVERYBODY, "everybody.csv")
        import_refused_rows(STAYING, "staying.csv")
        assert named({"dump": dumped()}, EVERYBODY).keys() == set(EVERYBODY)
        leave(GONE)
        sweep_erasures(at=timezone.now())
    places = kept(caplog.text) | {"dump": dumped()}

    assert named(places, GONE) == {}
    assert named({"dump": places["dump"]}, STAYING).keys() == set(STAYING)
    assert Erasure.objects.filter(completed_at=None).count() == 0
    print(
        f"{sum(map(len, places.values())):,} bytes in {len(places)} places: 0 of {len(GONE)}, {len(STAYING)} of {len(STAYING)}"
    )
