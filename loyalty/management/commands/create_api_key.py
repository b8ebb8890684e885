"""`manage.py create_api_key`: an integrator's credentials, printed once."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.fields.models import Field
from events.types.models import EventType
from loyalty.api.keys.enums import Api, KeyKind
from loyalty.api.keys.operations import create_api_key
from loyalty.staff.sender import Sender

POINTS_REWARDED, CLIENT_SIDE = "points_rewarded", "client_side"
ACTION, EXTERNAL_ID = "action:", "external_id:"


class Command(BaseCommand):
    help = "Make an API key and print it as JSON with its secret, which nobody can read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="What uses the key, such as 'Web shop'.")
        parser.add_argument(
            "--unsigned", action="store_true", help="A development key: its requests may come unsigned."
        )
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            metavar="SCOPE",
            help=f"May be repeated: {', '.join(Api.values)}, action:<action>, external_id:<field>, {POINTS_REWARDED},"
            f" {CLIENT_SIDE}. Without one of an API it is for all of them, and so on.",
        )
        parser.add_argument(
            "--origin", action="append", default=[], help="Of a client-side key: a web site that may use it."
        )
        parser.add_argument(
            "--network", action="append", default=[], help="From where it may be used, as 203.0.113.0/24."
        )

        parser.add_argument(
            "--refuse-identical",
            action="store_true",
            help="Signed requests without an Idempotency-Key: refuse the same bytes even within two seconds.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = options["scope"]
        _check(scopes)
        if options["unsigned"] and CLIENT_SIDE in scopes:
            raise CommandError("A client-side key is unsigned anyway: leave --unsigned out.")
        kind = KeyKind.DEVELOPMENT if options["unsigned"] else KeyKind.SERVER
        try:
            key, secret = create_api_key(
                name=options["name"],
                by=Sender(None, timezone.now()),
                kind=KeyKind.CLIENT_SIDE if CLIENT_SIDE in scopes else kind,
                apis=[scope for scope in scopes if scope in Api.values] or None,
                actions=_named(ACTION, scopes),
                external_ids=_named(EXTERNAL_ID, scopes),
                may_fix_points=POINTS_REWARDED in scopes,
                refuse_identical=options["refuse_identical"],
                networks=options["network"],
                origins=options["origin"],
            ).result()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(json.dumps({"key": key.key, "secret": secret}))


def _named(prefix: str, scopes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix)))


def _check(scopes: Iterable[str]) -> None:
    """A scope that names nothing is a slip, and would close or open something else than was meant."""
    plain = [*Api.values, POINTS_REWARDED, CLIENT_SIDE]
    actions = [f"{ACTION}{action}" for action in EventType.objects.order_by("action").values_list("action", flat=True)]
    fields = Field.objects.filter(external_id=True, active=True).order_by("slug").values_list("slug", flat=True)
    schemes = [f"{EXTERNAL_ID}{scheme}" for scheme in ("id", *fields)]
    for scope in scopes:
        valid = actions if scope.startswith(ACTION) else schemes if scope.startswith(EXTERNAL_ID) else plain
        if scope not in valid:
            more = "" if valid is not plain else f", {ACTION}<action>, {EXTERNAL_ID}<field>"
            raise CommandError(f"{scope} is no scope. Valid: {', '.join(valid)}{more}.")
