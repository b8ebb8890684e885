from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from loyalty.staff.sender import Sender
from rewards.catalogue.operations import restore_reward
from rewards.catalogue.sections.writing import NoSuchReward


class Command(BaseCommand):
    help = "Bring an archived reward back: it is inactive, and shown again in the back office and by the API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="The ID of the reward.")

    def handle(self, *, id: str, **options: Any) -> None:
        try:
            restore_reward(slug=id, by=Sender(None, timezone.now())).result()
        except NoSuchReward:
            raise CommandError(f"No reward of the ID {id} is archived.") from None
        self.stdout.write(f"The reward {id} is inactive.")
