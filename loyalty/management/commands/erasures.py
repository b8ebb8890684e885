import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from customers.erasure.tombstones import WrongFile, apply_erasures, exported_erasures, read_erasures


class Command(BaseCommand):
    help = "Write the list of all erasures as a file, without anything personal, or apply one after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        export = commands.add_parser("export", help="Write the list; keep it beside the backups.")
        export.add_argument("file", type=Path)
        apply = commands.add_parser("apply", help="Erase again whom a restored backup has brought back.")
        apply.add_argument("file", type=Path)

    def handle(self, *, action: str, file: Path, **options: Any) -> None:
        actions: dict[str, Callable[[Path], dict[str, Any]]] = {"export": self.export, "apply": self.apply}
        started = time.perf_counter()
        try:
            done = actions[action](file)
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from None
        except WrongFile as error:
            raise CommandError(f"Nothing was applied: {file}, {error}.") from None
        self.stdout.write(json.dumps({**done, "seconds": round(time.perf_counter() - started, 3)}, indent=2))

    def export(self, file: Path) -> dict[str, Any]:
        """The file is there whole or as it was before."""
        part, number = file.with_name(f"{file.name}.part"), 0
        with part.open("w", encoding="utf-8") as out:
            for number, line in enumerate(exported_erasures(), start=1):  # noqa: B007  the last one is told
                out.write(line)
        part.replace(file)
        return {"identities": number}

    def apply(self, file: Path) -> dict[str, Any]:
        now = timezone.now()
        with file.open("rb") as lines:
            erased = read_erasures(lines, today=now.date())
        return asdict(apply_erasures(erased, at=now))
