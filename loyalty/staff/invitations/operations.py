"""Inviting somebody by a link, withdrawing it, and what comes of it."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from loyalty.http.origin import Origin
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.writing import write_down
from loyalty.staff.models import User
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.staff.sender import Sender

from .models import Invitation
from .queries import digest_of, open_invitations

VALID_FOR = timedelta(days=3)


class NoInvitation(Exception):
    """There is no such invitation, or it was used or withdrawn, or is too old."""


@operation(right=MANAGE_STAFF, audit="staff.invite")
def invite(*, role: str, email: str, by: Sender) -> Deed[str]:
    """The token of the link, which nobody can read again. Raises StaffRole.DoesNotExist."""
    assert by.user is not None
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        digest=digest_of(token), role_id=role, email=email, invited_by=by.user, invited_at=by.at,
        expires_at=by.at + VALID_FOR,
    )  # fmt: skip
    return Deed(token, subject=f"invitation:{made.pk}", after={"role": role})


@operation(right=MANAGE_STAFF, audit="staff.withdraw_invitation")
def withdraw_invitation(*, id: int, by: Sender) -> Deed[None]:
    """The link makes no account any more; nothing, if it made one already."""
    found = Invitation.objects.select_for_update().filter(id=id, accepted_by=None).first()
    if found is None:
        return Nothing(None)
    found.delete()
    return Deed(None, subject=f"invitation:{id}", before={"role": found.role_id})


@transaction.atomic
def accept_invitation(
    token: str, *, username: str, names: tuple[str, str], password: str, at: datetime, origin: Origin
) -> User:
    """Make the account that the link promises. Raises NoInvitation; of many at once one makes it."""
    found = open_invitations(at).select_for_update(of=("self",)).filter(digest=digest_of(token)).first()
    if found is None:
        raise NoInvitation
    first, last = names
    made = User.objects.create_user(
        username, found.email, password, role=found.role_id, first_name=first, last_name=last
    )
    Invitation.objects.filter(pk=found.pk).update(accepted_by=made)
    by, subject = Sender(made, at, origin), f"invitation:{found.pk}"
    write_down(Note.INVITATION_ACCEPTED, by=by, subject=subject, after={"role": found.role_id})
    return made
