import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from loyalty.transfer.enums import JobStatus, Model
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import CHUNK_ROWS, import_here
from loyalty.transfer.queries import first_refused_rows
from loyalty.transfer.reader import UnreadableFile

LISTED = 20
PIECE = 1024 * 1024


class Command(BaseCommand):
    help = "Import a CSV file of events or customers, here and now, and print a report as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--model", choices=Model.values, required=True)
        parser.add_argument("--chunk", type=int, default=CHUNK_ROWS, help="Rows in one transaction, 1 to 5000.")

    def handle(self, *, path: Path, model: str, chunk: int, **options: Any) -> None:
        if not 1 <= chunk <= 5_000:
            raise CommandError("--chunk must be from 1 to 5000.")
        started = time.perf_counter()
        try:
            with path.open("rb") as file:
                job = import_here(model=model, name=path.name, content=_pieces(file), now=timezone.now, rows=chunk)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_report(job, time.perf_counter() - started), indent=2))
        if job.status != JobStatus.FINISHED:
            raise CommandError(job.error or f"The import is {job.get_status_display().lower()}.")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _report(job: ImportJob, seconds: float) -> dict[str, Any]:
    refused = first_refused_rows(job, LISTED) if job.refused else []
    return {
        "job": job.pk,
        "model": job.model,
        "rows": job.rows_done,
        "recorded": job.recorded,
        "unchanged": job.unchanged,
        "refused": job.refused,
        "seconds": round(seconds, 3),
        "rows_per_second": round(job.rows_done / seconds),
        "errors": [{"line": row.line, "column": row.column, "reason": row.reason} for row in refused],
    }
