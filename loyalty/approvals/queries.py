"""Which kinds of change need an approval, and the changes that were asked for."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from customers.sight.queries import reached
from loyalty.contributions import contributed
from loyalty.staff.audit.deeds import Approvable
from loyalty.staff.models import User
from loyalty.staff.sight import sight_of

from .enums import ChangeStatus
from .models import ApprovalRule, ChangeRequest


def kinds() -> Mapping[str, Approvable]:
    """All that rooms have declared, by code."""
    return {kind.code: kind for kind in contributed(Approvable)}


def required_kinds() -> list[str]:
    return list(ApprovalRule.objects.values_list("kind", flat=True))


def needs_approval(kind: Approvable) -> bool:
    return ApprovalRule.objects.filter(kind=kind.code).exists()


def changes(user: User) -> QuerySet[ChangeRequest]:
    """Of nobody whom the user does not see."""
    found = ChangeRequest.objects.filter(reached(sight_of(user), "customer_id"))
    return found.select_related("requested_by", "decided_by", "earlier__decided_by", "later")


def to_review(user: User) -> QuerySet[ChangeRequest]:
    """What waits, and was asked for by others."""
    return changes(user).filter(status=ChangeStatus.WAITING).exclude(requested_by=user)


def sent_back(user: User, operation: str, customer_id: int | None) -> ChangeRequest | None:
    """What the user was asked to change about the same customer by the same operation, and has not asked for again."""
    if customer_id is None:
        return None
    mine = ChangeRequest.objects.filter(requested_by=user, operation=operation, customer_id=customer_id, later=None)
    return mine.filter(status=ChangeStatus.CHANGES_REQUESTED).order_by("-id").first()


def visible_to(user: User, *, reviews: bool) -> QuerySet[ChangeRequest]:
    """Whoever reviews sees all of them, others their own."""
    return changes(user) if reviews else changes(user).filter(Q(requested_by=user))
