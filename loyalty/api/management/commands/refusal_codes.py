"""`manage.py refusal_codes`: the published table of the codes of refusals, for a page of the documentation."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyalty.api.refusals import published_codes

HEAD = "| code | status | type | meaning |\n| --- | --- | --- | --- |\n"
_TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def table() -> str:
    rows = (f"| {code} | {one.status} | {one.kind} | {one.meaning} |\n" for code, one in published_codes().items())
    return HEAD + "".join(rows)


class Command(BaseCommand):
    help = "Print the table of the codes of refusals, or write it in the place of the one in a page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("page", type=Path, nargs="?")

    def handle(self, *, page: Path | None, **options: Any) -> None:
        if page is None:
            self.stdout.write(table(), ending="")
            return
        text, found = _TABLE.subn(lambda _: table(), page.read_text(encoding="utf-8"))
        if found != 1:
            raise CommandError(f"{page} has no such table, or several.")
        page.write_text(text, encoding="utf-8")
