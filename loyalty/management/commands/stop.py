from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from loyalty import embedded
from loyalty.management import serving


class Command(BaseCommand):
    help = "Stop web, workers, the clock and the embedded servers."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete-data", action="store_true", help="delete the embedded database and queue as well")

    def handle(self, *_args: Any, **options: Any) -> None:
        data_dir = settings.ENV.data_dir
        serving.end(data_dir)
        if options["delete_data"]:
            embedded.delete(data_dir)
            (data_dir / "first-run.json").unlink(missing_ok=True)  # its log-in went with the database
        else:
            embedded.stop(data_dir)
