"""`manage.py restore`: put a backup into an empty place."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from loyalty.backup import passphrase
from loyalty.backup.database import ToolFailed
from loyalty.backup.manifest import NotABackup
from loyalty.backup.operations import CannotRestore, finish, read_keys, restore
from loyalty.backup.passphrase import NoPassphrase
from loyalty.backup.sealed import CannotOpen
from loyalty.embedded.home import write_private
from loyalty.environment import Environment
from loyalty.management import serving

AGAIN = "The place is not whole, and is not served: delete it, then restore again"


class Command(BaseCommand):
    help = "Bring a backup back into an empty place: an empty database, and a data folder without files."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help=f"Of the backup. The passphrase comes from {passphrase.VARIABLE} or is asked for."
        )
        parser.add_argument(
            "--erasures", type=Path, help="The newest list of `erasures export`: whoever is on it is erased again."
        )
        parser.add_argument(
            "--keys-to", type=Path, help="Restore nothing, but write the secret keys into this new file."
        )

    def handle(self, *, folder: Path, erasures: Path | None, keys_to: Path | None, **options: Any) -> None:
        try:
            if keys_to is not None:
                _write_keys(folder, keys_to)
            else:
                self._restore(folder, erasures)
        except (NoPassphrase, CannotRestore) as error:
            raise CommandError(str(error)) from None
        except NotABackup as error:
            raise CommandError(f"Nothing was restored: {error}.") from None
        except (ToolFailed, CannotOpen, Error) as error:
            first = str(error).partition("\n")[0] or "a part of the backup is damaged"
            raise CommandError(f"{first}. {AGAIN}.") from None
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}. {AGAIN}.") from None

    def _restore(self, folder: Path, erasures: Path | None) -> None:
        environment: Environment = settings.ENV
        if erasures is not None and not erasures.is_file():
            raise CannotRestore(f"{erasures} is no file: name the newest list of `manage.py erasures export`.")
        started = time.perf_counter()
        words = passphrase.ask(twice=False)
        with serving.only_one(environment.data_dir):
            found, left = restore(folder, words)
            if left:
                raise CannotRestore(f"{left[0]}, which `manage.py protect` could not put right. {AGAIN}.")
            if erasures is not None:
                _erase_again(erasures)
            finish(environment.data_dir)
        if erasures is None:
            self.stderr.write(
                "Whoever was erased after the backup is back: run `manage.py erasures apply FILE` before serving."
            )
        seconds = round(time.perf_counter() - started, 3)
        self.stdout.write(json.dumps({"made_at": found.made_at, "seconds": seconds}))


def _erase_again(erasures: Path) -> None:
    """As the application, and with the key that came with the backup."""
    variables = {name: value for name, value in os.environ.items() if name != "LOYALTY_DATABASE_ROLE"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "erasures", "apply", str(erasures.resolve())]
    if subprocess.run(command, check=False, env=variables, stdout=subprocess.DEVNULL).returncode != 0:  # noqa: S603 - ours
        raise CannotRestore(f"The erasures were not applied: put right what it says above. {AGAIN}.")


def _write_keys(folder: Path, file: Path) -> None:
    if file.exists():
        raise CannotRestore(f"{file} exists already: name a new file.")
    _, _, keys = read_keys(folder, passphrase.ask(twice=False))
    lines = f"SECRET_KEY={keys.secret_key}\nSECRET_KEY_FALLBACKS={','.join(keys.fallbacks)}\n"
    write_private(file, lines, os.geteuid(), os.getegid())
