from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.transfer.enums import UnknownColumns
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import import_here
from loyalty.transfer.reading.options import Options

SAMPLE = (Path(__file__).parent / "sample_events.csv").read_bytes()
# What is in doubt after an import: everything but the imports themselves.
STATE = "customers_customer customers_identity events_event events_businesskey points_balance points_lot points_entry points_pending events_transaction events_guestorder sync_outboxrow"

Import = Callable[..., ImportJob]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def import_text() -> Import:
    """Import a text or bytes as the file of a model; columns that nothing is called like are new attributes."""

    def run(
        content: str | bytes, model: str = "events", rows: int = 2_000, name: str = "file.csv", **options: Any
    ) -> ImportJob:
        raw = content.encode() if isinstance(content, str) else content
        said = Options(**{"unknown_columns": UnknownColumns.KEEP.value} | options)
        return import_here(model=model, name=name, content=[raw], now=timezone.now, rows=rows, options=said)

    return run


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("manager", role=Role.MANAGER)


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("reader", role=Role.READ_ONLY)


def state_digest() -> list[tuple[str, int, str]]:
    """Count and digest of every table that an import may change."""
    found = []
    with connection.cursor() as cursor:
        for table in STATE.split():
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            found.append((table, *cursor.fetchone()))
    return found


def refusals(job: ImportJob) -> list[tuple[int, str, str]]:
    return list(job.refused_rows.order_by("line").values_list("line", "column", "reason"))
