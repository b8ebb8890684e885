"""What waits for somebody's look: changes to review, and decisions about their own."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from loyalty.approvals.models import ChangeRequest
from loyalty.approvals.queries import changes, to_review
from loyalty.approvals.rights import REVIEW_CHANGES
from loyalty.staff.models import User
from loyalty.staff.permissions import may

from .models import DecisionNotice, NoticeChoice

# Beyond so many nobody counts.
MOST_COUNTED = 99


def count_for(user: User | AnonymousUser) -> int:
    """At most MOST_COUNTED."""
    if not isinstance(user, User):
        return 0
    waiting = to_review(user).order_by()[:MOST_COUNTED].count() if may(user, REVIEW_CHANGES) else 0
    notices = DecisionNotice.objects.filter(user=user, is_read=False)
    if user.reach.kinds:
        notices = notices.filter(change__in=changes(user).order_by().values("pk"))
    unread = notices[:MOST_COUNTED].count()
    return min(waiting + unread, MOST_COUNTED)


def unread_among(user: User, changes: Iterable[ChangeRequest]) -> set[int]:
    """Of these changes, those whose decision the user has not looked at."""
    found = DecisionNotice.objects.filter(user=user, is_read=False, change__in=[one.pk for one in changes])
    return set(found.values_list("change_id", flat=True))


def choice_of(user: User) -> NoticeChoice:
    """Not saved, where nothing was chosen."""
    return NoticeChoice.objects.filter(user=user).first() or NoticeChoice(user=user)
