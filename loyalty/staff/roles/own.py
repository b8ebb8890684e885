"""Nobody acts on the customer who has their own e-mail address: every operation asks here, before and after its work."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext

from loyalty.contributions import contributed


@dataclass(frozen=True)
class Members:
    """Contributed by the room that knows customers: whether one of them with this e-mail address is among the values,
    or what the values are about."""

    concerns: Callable[[str, Collection[object]], bool]


def refuse_own_member(email: str, values: Collection[object]) -> None:
    """`email` is of whoever asks, empty if nobody knows it. Raises PermissionDenied, in words."""
    if email and any(members.concerns(email, values) for members in contributed(Members)):
        raise PermissionDenied(
            gettext(
                "This customer has your own e-mail address, so somebody else must do it. You may look at everything."
            )
        )
