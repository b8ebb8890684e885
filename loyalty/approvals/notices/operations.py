"""Telling people: by e-mail where there is a server for it, and what they have looked at."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext, ngettext

from loyalty.approvals.models import ChangeRequest
from loyalty.approvals.queries import to_review
from loyalty.approvals.rights import REVIEW_CHANGES
from loyalty.program.queries import general_settings
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sender import Sender

from .enums import NoticeMode
from .models import DecisionNotice, NoticeChoice
from .queries import choice_of

log = logging.getLogger("loyalty.approvals")


@operation(right=None, audit="approvals.save_notices")
def save_choice(*, mode: NoticeMode, hours: int, by: Sender) -> Deed[None]:
    """Of whoever asks, for themselves."""
    assert by.user is not None
    before = choice_of(by.user)
    if (before.mode, before.hours) == (mode.value, hours):
        return Nothing(None)
    NoticeChoice.objects.update_or_create(user=by.user, defaults={"mode": mode.value, "hours": hours})
    was, now = {"mode": before.mode, "hours": before.hours}, {"mode": mode.value, "hours": hours}
    return Deed(None, subject=f"user:{by.user.pk}", before=was, after=now)


def tell_requester(change: ChangeRequest) -> None:
    """That somebody else has decided about their change."""
    if change.decided_by_id != change.requested_by_id:
        DecisionNotice.objects.create(change=change, user=change.requested_by)


def mark_read(change: ChangeRequest, user: User) -> None:
    DecisionNotice.objects.filter(change=change, user=user, is_read=False).update(is_read=True)


def send_notices(*, at: datetime) -> int:
    """What is due now, by e-mail; how many were sent. What cannot be sent is tried again the next time.

    An e-mail tells how many changes there are and nothing of them: it leaves the house.
    """
    if not settings.EMAIL_URL:
        return 0
    people = User.objects.with_roles().filter(is_active=True).exclude(email="")
    reviewers = [user for user in people if may(user, REVIEW_CHANGES)]
    decisions = list(DecisionNotice.objects.filter(is_mailed=False).values_list("pk", flat=True))
    sends = [partial(_tell_reviewer, user, at) for user in reviewers] + [
        partial(_tell_decision, one) for one in decisions
    ]
    return sum(map(_sent, sends))


def _sent(send: Callable[[], bool]) -> bool:
    """Each in a transaction: what was not sent is not noted."""
    try:
        with transaction.atomic():
            return send()
    except (SMTPException, OSError) as error:
        log.warning("an e-mail about approvals was not sent: %s", type(error).__name__)
        return False


def _tell_reviewer(user: User, at: datetime) -> bool:
    NoticeChoice.objects.get_or_create(user=user)
    # Two workers at once: one of them.
    choice = NoticeChoice.objects.select_for_update(skip_locked=True).filter(user=user).first()
    if choice is None or not _is_due(choice, at):
        return False
    found = to_review(user)
    count = (found.filter(requested_at__gt=choice.told_at) if choice.told_at else found).count()
    if not count:
        return False
    text = ngettext("%(count)s change waits for your approval.", "%(count)s changes wait for your approval.", count)
    _mail(user, text % {"count": count})
    NoticeChoice.objects.filter(user=user).update(told_at=at)
    return True


def _is_due(choice: NoticeChoice, at: datetime) -> bool:
    mode = NoticeMode(choice.mode)
    if mode is NoticeMode.DIGEST and choice.told_at:
        return at - choice.told_at >= timedelta(hours=choice.hours)
    return mode is not NoticeMode.NEVER


def _tell_decision(change_id: int) -> bool:
    row = DecisionNotice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user", "change")
    notice = row.filter(pk=change_id, is_mailed=False).first()
    if notice is None:
        return False
    DecisionNotice.objects.filter(pk=change_id).update(is_mailed=True)
    if notice.is_read or not notice.user.email or choice_of(notice.user).mode == NoticeMode.NEVER:
        return False
    _mail(notice.user, gettext("A change that you requested has been decided."))
    return True


def _mail(user: User, sentence: str) -> None:
    brand = general_settings().brand_name
    where = gettext("See it in the back office under Approvals, where you also choose when you get such e-mails.")
    send_mail(f"{brand}: {sentence}", f"{sentence}\n\n{where}\n", None, [user.email])
