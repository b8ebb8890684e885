"""API keys whose secrets stood in the table as they are."""

from django.core.management import call_command

from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.queries import api_key
from tests.engine.world import rows


def secret_of(key: str) -> str:
    found = api_key(key)
    assert found
    [secret] = found.secrets.values()
    return secret


def test_keys_of_before_keep_their_secrets_sealed_and_their_kind(owned_db: None) -> None:
    call_command("migrate", "staff", "0007", verbosity=0)
    old = "INSERT INTO staff_apikey (key, secret, name, active, require_signature, created_at) VALUES"
    rows(
        f"{old} ('plain', 'first-secret', 'A', true, false, now()), ('signs', 'second-secret', 'B', true, true, now())"
    )
    call_command("migrate", verbosity=0)

    assert dict(ApiKey.objects.values_list("key", "kind")) == {"plain": "development", "signs": "server"}
    assert [secret_of(key) for key in ("plain", "signs")] == ["first-secret", "second-secret"]

    call_command("migrate", "staff", "0007", verbosity=0)
    assert rows("SELECT key, secret, require_signature FROM staff_apikey ORDER BY key") == [
        ("plain", "first-secret", False),
        ("signs", "second-secret", True),
    ]
