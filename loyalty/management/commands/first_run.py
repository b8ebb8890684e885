import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from loyalty.staff.enums import Role
from loyalty.staff.models import ApiKey, User

USERNAME = "admin"


class Command(BaseCommand):
    help = "Make the first administrator and the first API key, once; print how to log in."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.ENV.data_dir / "first-run.json"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(json.dumps(first_run()))
        self.stdout.write(path.read_text())


def first_run() -> dict[str, str]:
    """The log-in and the API key; a password only where this call made the user."""
    password = secrets.token_urlsafe(9)
    user, is_new = User.objects.get_or_create(
        username=USERNAME, defaults={"role": Role.ADMINISTRATOR, "is_staff": True, "is_superuser": True}
    )
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])
    key = ApiKey.objects.order_by("id").first() or ApiKey.objects.create(name="First key")
    return {"username": user.username, "password": password if is_new else "as you set it", "api_key": key.key}
