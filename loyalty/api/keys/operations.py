"""API keys: what staff and operators do with them. A secret is given out once, by what makes it; kept is its sealed form."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from loyalty.api.rights import MANAGE_API_KEYS
from loyalty.sealing import Purpose, seal
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .enums import Api, KeyKind
from .models import ApiKey, ApiSecret, new_secret
from .reach import require_reach


class KeyProblem(Exception):
    """What cannot be done with a key, as a sentence with the cure."""


@operation(right=MANAGE_API_KEYS, audit="api_key.create")
def create_api_key(
    *,
    name: str,
    by: Sender,
    kind: KeyKind = KeyKind.SERVER,
    apis: Sequence[str] | None = None,
    **scopes: Any,
) -> Deed[tuple[ApiKey, str | None]]:
    """A new key and its first secret, which nobody can read again; a client-side key has none.

    `scopes` are further columns of ApiKey: actions, external_ids, may_fix_points, refuse_identical, networks, origins,
    requests_per_minute.
    Raises ValidationError naming what is wrong by its column, PermissionDenied for a key that may do what the sender may not.
    """
    chosen = apis if apis is not None else [Api.EVENTS.value] if kind == KeyKind.CLIENT_SIDE else Api.values
    key = ApiKey(name=name, kind=kind, apis=list(chosen), **scopes)
    key.full_clean()
    require_reach(by, key)
    key.save(force_insert=True)
    secret = None if kind == KeyKind.CLIENT_SIDE else _put_secret(key, ApiSecret.PLACES[0], by.at)
    return Deed((key, secret), subject=f"api_key:{key.pk}", after={"name": name, "kind": kind, "apis": key.apis})


@operation(right=MANAGE_API_KEYS, audit="api_key.add_secret")
def add_secret(key: ApiKey, *, by: Sender) -> Deed[str]:
    """A second secret, with which the integrator goes on; the first one works until it is retired.

    Raises KeyProblem, and PermissionDenied for a key that may do what the sender may not.
    """
    locked = _locked(key)
    require_reach(by, locked)
    if locked.kind == KeyKind.CLIENT_SIDE:
        raise KeyProblem("A client-side key has no secret: its requests are not signed.")
    taken = set(locked.secrets.values_list("place", flat=True))
    free = [place for place in ApiSecret.PLACES if place not in taken]
    if not free:
        raise KeyProblem("The key has two secrets already: retire the one that is not used any more.")
    return Deed(_put_secret(locked, free[0], by.at), subject=f"api_key:{key.pk}", after={"place": free[0]})


@operation(right=MANAGE_API_KEYS, audit="api_key.retire_secret")
def retire_secret(key: ApiKey, place: int, *, by: Sender) -> Deed[None]:
    """Destroy a secret: what it signs is refused from now on."""
    locked = _locked(key)
    live = {secret.place: secret for secret in locked.secrets.all()}
    if place not in live:
        raise KeyProblem("The secret is retired already.")
    if len(live) == 1:
        raise KeyProblem("It is the key's only secret: add another one first, or revoke the key.")
    live[place].delete()
    return Deed(None, subject=f"api_key:{key.pk}", before={"place": place})


@operation(right=MANAGE_API_KEYS, audit="api_key.revoke")
def revoke(key: ApiKey, *, by: Sender) -> Deed[None]:
    """Refuse the key for good: its secrets are destroyed. Its name stays, since events tell with which key they came.

    Final in the database, too: a trigger refuses every later change of the row.
    """
    locked = _locked(key)
    locked.secrets.all().delete()
    ApiKey.objects.filter(pk=locked.pk).update(active=False)
    return Deed(None, subject=f"api_key:{key.pk}")


LONG_AGO = -1e9
# Key and place of its secret → when its use was written, by this process's clock.
_noted: dict[tuple[int, int], float] = {}
# Waits for nobody: whoever holds the row changes the key, or writes the same.
_NOTE = (
    "WITH used AS (SELECT id FROM staff_apikey WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED), signed AS"
    " (UPDATE staff_apisecret s SET last_used_at = now() FROM used WHERE s.api_key_id = used.id AND s.place = %s)"
    " UPDATE staff_apikey k SET last_used_at = now() FROM used WHERE k.id = used.id"
)


def note_use(key: ApiKey, place: int = 0) -> None:
    """That the key is used, by its secret of that place or unsigned (0); written once in `LOYALTY_API_KEY_NOTED_SECONDS`."""
    clock = time.monotonic()
    if clock - _noted.get((key.pk, place), LONG_AGO) < settings.LOYALTY_API_KEY_NOTED_SECONDS:
        return
    _noted[key.pk, place] = clock
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [key.pk, place])


def _locked(key: ApiKey) -> ApiKey:
    """Of an active key, so that two changes at once are one after the other."""
    found = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if not found.active:
        raise KeyProblem("The key is revoked: make a new one.")
    return found


def _put_secret(key: ApiKey, place: int, at: datetime) -> str:
    secret = new_secret()
    ApiSecret.objects.create(api_key=key, place=place, sealed=seal(secret, Purpose.API_SECRETS), created_at=at)
    return secret
