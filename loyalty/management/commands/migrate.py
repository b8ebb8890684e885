from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connection

from loyalty.protection.operations import keep_definitions, protect
from loyalty.protection.queries import lacking_definitions, sentence


class Command(migrate.Command):
    """Django's, which afterwards keeps what it has made and gives the application's role the declared rights, no others."""

    def handle(self, *args: Any, **options: Any) -> None:
        only_looks = options["plan"] or options["check_unapplied"]
        # What is missing now would be taken for what has to be missing; what was never kept may come with what is due.
        found = [] if only_looks or not _is_kept() else [lack for lack in lacking_definitions() if lack.wanted]
        if found:
            raise CommandError(sentence(found))
        super().handle(*args, **options)
        if not only_looks and _is_kept():
            keep_definitions()
            protect()


def _is_kept() -> bool:
    """Whether the table is there: not before its migration."""
    return "protection_definition" in connection.introspection.table_names()
