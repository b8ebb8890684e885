import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from loyalty.protection.operations import NotTheOwner, protect
from loyalty.protection.queries import NOT_KEPT, lacks, sentence


class Command(BaseCommand):
    help = "Put back, as the owner of the tables, what protects the rows: triggers, functions, constraints and rights."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        before = lacks()
        if before == [NOT_KEPT]:
            raise CommandError(sentence(before))
        try:
            left = protect()
        except NotTheOwner as error:
            raise CommandError(str(error)) from None
        except Error as error:
            # PostgreSQL's first line names the object; its detail could name a row.
            first = str(error).partition("\n")[0]
            raise CommandError(f"Nothing was changed: {first}. Put that right, then run this again.") from None
        self.stdout.writelines(f"put back: {lack}\n" for lack in before if lack not in left)
        for lack in left:
            self.stderr.write(f"still to be put right by hand: {lack}; it must be {lack.wanted or 'there'}")
        if left:
            sys.exit(1)
        self.stdout.write("All protections are in place.")
