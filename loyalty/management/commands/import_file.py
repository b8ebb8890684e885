"""`manage.py import_file`: import a file from the command line."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from loyalty.transfer.enums import JobStatus, NoticeKind, UnknownColumns
from loyalty.transfer.importing.running import CHUNK_ROWS
from loyalty.transfer.kinds import kind_labels
from loyalty.transfer.models import ImportJob, RowNotice
from loyalty.transfer.operations import import_here
from loyalty.transfer.queries import first_notices, first_refused_rows
from loyalty.transfer.reading.options import MAX_SOURCE, Options
from loyalty.transfer.reading.reader import UnreadableFile

LISTED = 20
PIECE = 1024 * 1024


class Command(BaseCommand):
    help = "Import a CSV file of events, customers or what a room takes, here and now, and print a report as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--model", choices=[*kind_labels()], required=True)
        parser.add_argument(
            "--source", default="",
            help="Where the rows come from, such as till-2026. Equal rows of a source are one row; default: the model.",
        )  # fmt: skip
        parser.add_argument(
            "--count-again", action="store_true",
            help="Rows that are there already are meant to count once more, as next month's equal bonus is.",
        )  # fmt: skip
        parser.add_argument(
            "--decimal-mark",
            choices=[".", ","],
            default="",
            help="Settles numbers such as 1.000, which are refused else.",
        )
        parser.add_argument(
            "--unknown-columns", choices=[UnknownColumns.KEEP.value, UnknownColumns.LEAVE_OUT.value], default="",
            help="Import columns that nothing is called like as new attributes, or leave them out; refused else.",
        )  # fmt: skip
        parser.add_argument("--chunk", type=int, default=CHUNK_ROWS, help="Rows in one transaction, 1 to 5000.")

    def handle(self, *, path: Path, model: str, chunk: int, **given: Any) -> None:
        if not 1 <= chunk <= 5_000:
            raise CommandError("--chunk must be from 1 to 5000.")
        options = Options(given["source"], given["decimal_mark"], given["unknown_columns"], given["count_again"])
        if len(options.source) > MAX_SOURCE:
            raise CommandError(f"--source must have at most {MAX_SOURCE} characters.")
        started = time.perf_counter()
        try:
            with path.open("rb") as file:
                job = import_here(
                    model=model, name=path.name, content=_pieces(file), now=timezone.now, rows=chunk, options=options
                )
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
        "source": job.source or job.model,
        "rows": job.rows_done,
        "recorded": job.recorded,
        "unchanged": job.unchanged,
        "already_there": job.already_there,
        "refused": job.refused,
        "seconds": round(seconds, 3),
        "rows_per_second": round(job.rows_done / seconds),
        "errors": [{"line": row.line, "column": row.column, "reason": row.reason} for row in refused],
        "notices": [{"line": row.line, "notice": row.told} for row in _notices(job)],
    }


def _notices(job: ImportJob) -> list[RowNotice]:
    return [row for kind in NoticeKind for row in first_notices(job, kind, LISTED)]
