import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from loyalty.backup import passphrase
from loyalty.backup.database import ToolFailed
from loyalty.backup.operations import back_up
from loyalty.backup.passphrase import NoPassphrase


class Command(BaseCommand):
    help = "Write database, uploaded files and secret keys into a new folder, sealed under a passphrase; while everybody works on."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help=f"A new one. The passphrase comes from {passphrase.VARIABLE} or is asked for."
        )

    def handle(self, *, folder: Path, **options: Any) -> None:
        started = time.perf_counter()
        try:
            made = back_up(folder, passphrase.ask(twice=True), at=timezone.now())
        except (NoPassphrase, ToolFailed) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}.") from None
        sizes = {name: part.bytes for name, part in made.parts.items()}
        seconds = round(time.perf_counter() - started, 3)
        self.stdout.write(
            json.dumps({"folder": str(folder), "made_at": made.made_at, "bytes": sizes, "seconds": seconds})
        )
