"""`manage.py program`: export, compare and apply the program file."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from loyalty.program.document import read_document, schema_of, written
from loyalty.program.operations import Comparison, apply_program, compare_program, export_program
from loyalty.program.queries import program_record, sections
from loyalty.program.section import Invalid
from loyalty.staff.models import User
from loyalty.staff.sender import Sender

# As diff(1): 0 is no difference, 1 a difference, 2 trouble.
DIFFERENT, TROUBLE = 1, 2


class Command(BaseCommand):
    help = "Write the programme as a file, compare a file with it, or apply a file to it."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        export = commands.add_parser("export", help="Write the programme, or an earlier version of it.")
        export.add_argument("file", type=Path, nargs="?")
        export.add_argument("--of", type=int, metavar="VERSION", dest="kept", help="The programme as that version was.")
        schema = commands.add_parser("schema", help="Write the JSON Schema of program files.")
        schema.add_argument("file", type=Path, nargs="?")
        diff = commands.add_parser("diff", help="Print what applying would change; exit code 1 if anything.")
        diff.add_argument("file", type=Path)
        apply = commands.add_parser("apply", help="Make the programme as the file says: all of it or nothing.")
        apply.add_argument("file", type=Path)
        apply.add_argument("--by", metavar="USERNAME", help="The administrator who is kept with the version.")

    def handle(self, *, action: str, **options: Any) -> None:
        actions: dict[str, Callable[..., None]] = {
            "export": self.export, "schema": self.schema, "diff": self.diff, "apply": self.apply
        }  # fmt: skip
        try:
            actions[action](**{name: options[name] for name in ("file", "kept", "by") if name in options})
        except Invalid as error:
            raise CommandError(f"Nothing was changed:\n{error}", returncode=TROUBLE) from None
        except PermissionDenied as error:
            raise CommandError(str(error), returncode=TROUBLE) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.", returncode=TROUBLE) from None

    def export(self, file: Path | None, kept: int | None) -> None:
        self._give(export_program() if kept is None else written(_kept(kept), sections()), file)

    def schema(self, file: Path | None) -> None:
        self._give(json.dumps(schema_of(sections()), indent=2, ensure_ascii=False) + "\n", file)

    def diff(self, file: Path) -> None:
        found = compare_program(read_document(file.read_bytes()))
        self._tell(found)
        if found.changes:
            sys.exit(DIFFERENT)

    def apply(self, file: Path, by: str | None) -> None:
        found = apply_program(read_document(file.read_bytes()), by=Sender(_administrator(by), timezone.now())).result()
        self._tell(found)
        self.stdout.write(f"Version {found.version}{'' if found.changes else ': nothing to change'}.")

    def _tell(self, found: Comparison) -> None:
        self.stdout.writelines(f"{change}\n" for change in found.changes)
        for path in found.left_out:
            self.stderr.write(f"{path}: not in the file, stays")

    def _give(self, content: str, file: Path | None) -> None:
        if file is None:
            self.stdout.write(content, ending="")
        else:
            file.write_text(content, encoding="utf-8")


def _kept(version: int) -> dict[str, Any]:
    record = program_record(version)
    if record is None:
        raise CommandError(f"No programme is kept under version {version}.", returncode=TROUBLE)
    document: dict[str, Any] = record.document
    return document


def _administrator(username: str | None) -> User | None:
    found = User.objects.filter(username=username).first() if username else None
    if username and found is None:
        raise CommandError(f"There is no user {username}.", returncode=TROUBLE)
    return found
