"""Who asks for an operation: one value in place of a user, an instant, an address and a token."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from loyalty.http.origin import NOWHERE, Origin, origin_of

from .models import User
from .permissions import require
from .roles.own import refuse_own_member
from .roles.rights import Right
from .sight import EVERYTHING, Sight, sight_of


@dataclass(frozen=True)
class Sender:
    """Who asks for an operation, when and from where. `user` is None for whoever operates the server, in a shell, and for an
    integrator, whose API key `key` is: that allows it.

    `token` names the form that was sent: what takes it does its work once, however often the form is sent.
    `approved_by` is who approved what the user has asked for.
    """

    user: User | None
    at: datetime
    origin: Origin = NOWHERE
    token: str | None = None
    approved_by: User | None = None
    key: int | None = None

    def require(self, right: Right) -> None:
        """Raise PermissionDenied unless the user's role holds the right; whoever operates the server may do everything."""
        if self.user is not None:
            require(self.user, right)

    @property
    def sight(self) -> Sight:
        """What the user sees of customers; whoever operates the server sees everything."""
        return EVERYTHING if self.user is None else sight_of(self.user)

    def require_reached(self, values: Collection[object]) -> None:
        """Raise OutOfReach if a record outside the user's groups is among the values, or what one of them is about."""
        if self.user is not None and self.user.reach.kinds:
            self.sight.require_reached(values)

    def refuse_own(self, values: Collection[object]) -> None:
        """Raise PermissionDenied if a customer with the user's own e-mail address is among the values or their subject."""
        if self.user is not None:
            refuse_own_member(self.user.email, values)


def by_staff(request: HttpRequest, token: str | None = None) -> Sender:
    """Who is signed in, now. Only for pages that let nobody else in."""
    assert isinstance(request.user, User)
    return Sender(request.user, timezone.now(), origin_of(request), token)
