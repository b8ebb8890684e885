"""`manage.py create_api_key` prints the key and, once, its secret."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customers.fields.models import Field
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.queries import api_key

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> dict[str, Any]:
    output = io.StringIO()
    call_command("create_api_key", "Web shop", *arguments, stdout=output)
    told: dict[str, Any] = json.loads(output.getvalue())
    assert list(told) == ["key", "secret"]
    return told


def test_a_key_for_servers_is_printed_with_its_secret() -> None:
    told = create()

    found = api_key(told["key"])
    assert found
    assert (found.key.name, found.key.kind, list(found.secrets.values())) == ("Web shop", "server", [told["secret"]])


def test_an_unsigned_key_is_for_development() -> None:
    create("--unsigned")

    assert ApiKey.objects.get().kind == "development"


def test_scopes_and_networks_are_the_keys() -> None:
    Field.objects.create(slug="loyalty_barcode", name="Card", external_id=True)
    create(
        *("--scope", "events", "--scope", "action:checkout", "--scope", "external_id:loyalty_barcode"),
        *("--scope", "points_rewarded", "--network", "203.0.113.0/24"),
    )

    key = ApiKey.objects.get()
    assert (key.apis, key.actions, key.external_ids) == (["events"], ["checkout"], ["loyalty_barcode"])
    assert (key.may_fix_points, key.networks) == (True, ["203.0.113.0/24"])


def test_a_client_side_key_has_origins_and_no_secret() -> None:
    told = create(
        "--scope", "client_side", "--scope", "action:share_intent_success", "--origin", "https://shop.example.com"
    )

    key = ApiKey.objects.get()
    assert (key.kind, key.apis, key.origins) == ("client_side", ["events"], ["https://shop.example.com"])
    assert told["secret"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--scope", "evnts"),
            "evnts is no scope. Valid: events, customers, display, read, entities, points_rewarded, client_side,",
        ),
        (("--scope", "action:chekout"), "action:chekout is no scope. Valid: action:"),
        (("--scope", "external_id:card"), "external_id:card is no scope. Valid: external_id:id."),
        (("--scope", "client_side"), "Name the actions that pages may send"),
        (("--scope", "client_side", "--unsigned"), "A client-side key is unsigned anyway"),
        (("--origin", "https://a.example"), "Only a client-side key has origins"),
        (("--network", "home"), "“home” is no address or network"),
    ],
)
def test_a_wrong_scope_is_named_with_the_valid_ones_and_makes_no_key(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        create(*arguments)

    assert sentence in str(caught.value)
    assert not ApiKey.objects.exists()
