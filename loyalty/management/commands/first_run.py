"""`manage.py first_run`: what a first visitor needs, as JSON."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import create_api_key
from loyalty.staff.models import User
from loyalty.staff.sender import Sender

USERNAME = "admin"


class Command(BaseCommand):
    help = "Make the first administrator and the first API key, once; print how to log in."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.ENV.data_dir / "first-run.json"
        if not User.objects.exists():
            _write(path, json.dumps(_make_administrator()))
        self.stdout.write(json.dumps(_how_to_log_in(path)))


def _write(path: Path, text: str) -> None:
    """The whole file or none of it, readable for its owner only."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.rename(path)


def _make_administrator() -> dict[str, str]:
    password = secrets.token_urlsafe(9)
    User.objects.create_superuser(USERNAME, password=password)
    return {"username": USERNAME, "password": password}


def _make_key() -> ApiKey:
    """To try things with. Not in production, where an unsigned key for everything is nobody's wish."""
    return create_api_key(name="First key", by=Sender(None, timezone.now()), kind=KeyKind.DEVELOPMENT).result()[0]


def _how_to_log_in(path: Path) -> dict[str, str]:
    """Of this database: the file may be of an earlier one, and its password may have been changed since."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    user = User.objects.filter(username=kept.get("username", USERNAME)).first()
    is_unchanged = user is not None and "password" in kept and user.check_password(kept["password"])
    key = ApiKey.objects.filter(active=True, kind=KeyKind.DEVELOPMENT).order_by("id").first()
    if key is None and settings.ENV.embedded_database:
        key = _make_key()
    return {
        "username": user.username if user else "yourself",
        "password": kept["password"] if is_unchanged else "the password you set",
        "api_key": key.key if key else "make one with manage.py create_api_key",
    }
