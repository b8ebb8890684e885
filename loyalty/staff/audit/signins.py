"""Log-ins and log-outs in the trail. Of what fails only what was tried for a known user name: anything else typed there may
be a password."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import connection, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from loyalty.http.origin import NOWHERE, origin_of
from loyalty.staff.models import User
from loyalty.staff.sender import Sender

from .enums import Note
from .writing import write_down


@receiver(user_logged_in, dispatch_uid="audit.signed_in")
def signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _write(Note.SIGNED_IN, request, user)


@receiver(user_logged_out, dispatch_uid="audit.signed_out")
def signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Nobody logs out whose session had ended before."""
    if user is not None:
        _write(Note.SIGNED_OUT, request, user)


@receiver(user_login_failed, dispatch_uid="audit.sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Nobody is known to have done it: the account that was tried is the subject.

    The row does not wait for the disk, so that the answer tells nobody by its time whether there is such an account.
    """
    tried = User.objects.filter(username=credentials.get("username") or "").first()
    if tried is not None:
        origin = origin_of(request) if request else NOWHERE
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            write_down(Note.SIGN_IN_FAILED, by=Sender(None, timezone.now(), origin), subject=f"user:{tried.pk}")


def _write(note: Note, request: HttpRequest, user: User) -> None:
    write_down(note, by=Sender(user, timezone.now(), origin_of(request)), subject=f"user:{user.pk}")
