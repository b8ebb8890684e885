"""Which invitations are open."""

from datetime import datetime
from hashlib import sha256

from django.db.models import QuerySet

from loyalty.staff.enums import Role

from .models import Invitation


def digest_of(token: str) -> str:
    """The token is as random as the digest is long, so nothing is added to it."""
    return sha256(token.encode()).hexdigest()


def open_invitations(at: datetime) -> QuerySet[Invitation]:
    """Those that still make an account: whoever invited must still be one who may."""
    still = {"invited_by__is_active": True, "invited_by__role": Role.ADMINISTRATOR}
    return Invitation.objects.filter(accepted_by=None, expires_at__gt=at, **still)


def invitation_of(token: str, at: datetime) -> Invitation | None:
    return open_invitations(at).filter(digest=digest_of(token)).first()
