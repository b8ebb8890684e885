"""The one place in which a password lets somebody in, whatever page asks for it."""

import logging
import time
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import configuration_rights

from .guesses import TooManyGuesses, network, not_tried, succeeded, take
from .hashing import TooManyHashes, for_known_person
from .known_browsers import counts_of

log = logging.getLogger("loyalty.staff")
TOLD_EVERY = 60


class _Refused:
    """How many were not even tried since the last line about it: one a minute, however many come."""

    def __init__(self) -> None:
        self.count, self.told_at = 0, -float(TOLD_EVERY)

    def one_more(self) -> None:
        self.count += 1
        if time.monotonic() - self.told_at >= TOLD_EVERY:
            log.warning("log-ins refused without a try, too many before: %d", self.count)
            self.count, self.told_at = 0, time.monotonic()


_refused = _Refused()


class PasswordBackend(ModelBackend):
    """Django's, at the pace of `guesses.py`. Raises TooManyGuesses, and TooManyHashes while others are being checked."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        counts, is_known = counts_of(request, username)
        try:
            tries = take(counts, at=timezone.now())
        except TooManyGuesses:
            _refused.one_more()
            raise
        try:
            with for_known_person(is_known=is_known):
                user = super().authenticate(request, username=username, password=password)
        except TooManyHashes:
            not_tried(counts)
            raise
        if user is None:
            _log_failure(request, username, tries, is_known=is_known)
            return None
        succeeded(counts)
        assert isinstance(user, User)
        return user

    def get_user(self, user_id: int) -> User | None:
        """With the role, so that rights cost no query of their own."""
        user = User.objects.with_roles().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Django's own names of permissions, such as `staff.change_apikey`, as its configuration pages ask for them."""
        app, _, name = perm.partition(".")
        right = configuration_rights().get(f"{app}.{name.partition('_')[2]}")
        return right is not None and may(user_obj, right)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        of_app = (right for model, right in configuration_rights().items() if model.partition(".")[0] == app_label)
        return any(may(user_obj, right) for right in of_app)


def _log_failure(request: HttpRequest | None, username: str, tries: int, *, is_known: bool) -> None:
    """By the account's number: what was typed as a name may be a password. Of an address its network is told."""
    number = User.objects.filter(username=username).values_list("pk", flat=True).first()
    log.warning(
        "log-in failed: %s, %s in %s, try %d",
        f"account {number}" if number else "no such account",
        "known browser" if is_known else "unknown browser",
        network(request.META.get("REMOTE_ADDR", "") if request else "", 24, 48) or "no network",
        tries,
    )
