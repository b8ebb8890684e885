"""Asking for a change, and deciding about it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from loyalty.http.origin import Origin
from loyalty.program.enums import Origin as ProgramOrigin
from loyalty.program.operations import program_change
from loyalty.staff.audit.deeds import OPERATIONS, Call, Deed, Nothing, Waiting, operation, record_deed
from loyalty.staff.audit.enums import Note
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sender import Sender

from .arguments import freeze, thaw
from .effects import Effect, Trial, as_rows, fingerprint, performed, seen_effects, trial
from .enums import ChangeStatus
from .models import ChangeRequest
from .notices.operations import tell_requester
from .queries import needs_approval, required_kinds, sent_back
from .rights import CONFIGURE_APPROVALS, REVIEW_CHANGES


class Decided(Exception):
    """Somebody has decided about the change already; or it was withdrawn, or closed."""


class StateChanged(Exception):
    """What the change would do now is not what was shown to whoever approves it."""

    def __init__(self, effects: list[Effect]) -> None:
        super().__init__()
        self.effects = effects


class Impossible(Exception):
    """The change cannot be made any more: why, as a sentence."""


def hold(call: Call) -> Waiting | None:
    """Keep the call for an approval, if it needs one. Raises what the operation would refuse it with."""
    kind, user = call.declared.approvable, call.by.user
    assert kind is not None
    assert user is not None
    if may(user, REVIEW_CHANGES) or not needs_approval(kind):
        return None
    with transaction.atomic():
        _ask(call, kind.code)
    return Waiting()


def _ask(call: Call, kind: str) -> None:
    user = call.by.user
    assert user is not None
    _lock_requests(user)
    if call.by.token and ChangeRequest.objects.filter(requested_by=user, token=call.by.token).exists():
        return
    found = trial(call)
    change = ChangeRequest.objects.create(
        operation=call.declared.audit, kind=kind, customer_id=found.deed.customer_id, arguments=freeze(call.arguments),
        foreseen=as_rows(found.effects), reason=found.deed.reason, requested_by=user, requested_at=call.by.at,
        token=call.by.token, ip_address=call.by.origin.ip_address, user_agent=call.by.origin.user_agent,
        earlier=sent_back(user, call.declared.audit, found.deed.customer_id),
    )  # fmt: skip
    record_deed(_deed(change, reason=change.reason), Note.CHANGE_REQUESTED, call.by)


def _lock_requests(user: User) -> None:
    """What one person asks for at once is asked for one after the other: a form that is sent twice is found."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _deed(change: ChangeRequest, **more: Any) -> Deed[ChangeRequest]:
    after: Mapping[str, Any] = {"operation": change.operation, "status": change.status}
    return Deed(change, customer_id=change.customer_id, subject=f"change:{change.id}", after=after, **more)


def foreseen_now(change: ChangeRequest, by: Sender) -> list[Effect]:
    """What approving it would do now. Raises Impossible."""
    return list(_attempt(change, by, trial).effects)


def _attempt(change: ChangeRequest, by: Sender, perform: Callable[[Call], Trial]) -> Trial:
    """In a savepoint. Raises Impossible for whatever the operation refuses."""
    declared = OPERATIONS.get(change.operation)
    if declared is None or declared.approvable is None:
        raise Impossible(gettext("This version of the program does not know the operation any more."))
    asked = Origin(change.ip_address, change.user_agent)
    sender = Sender(change.requested_by, by.at, asked, f"change:{change.id}", by.user)
    try:
        with transaction.atomic():
            if declared.right is not None:
                sender.require(declared.right)
            return perform(Call(declared, thaw(change.arguments, declared.function), sender))
    except ObjectDoesNotExist:
        raise Impossible(gettext("What it was about is gone.")) from None
    except PermissionDenied as refusal:
        raise Impossible(str(refusal)) from None
    except declared.approvable.refusals as refusal:
        # Some have no message: their class alone says what is wrong.
        raise Impossible(str(refusal) or gettext("What it depends on has changed meanwhile.")) from None


@operation(right=REVIEW_CHANGES, audit="change.approve")
def approve(*, change: ChangeRequest, shown: str, by: Sender) -> Deed[ChangeRequest]:
    """Make the change as whoever asked for it; `shown` is the fingerprint of the effects that were looked at.

    What cannot be made any more is closed with the reason. Raises Decided, StateChanged, and PermissionDenied for one's own,
    and for what changes a field that they do not see.
    """
    row = _open(change, by)
    try:
        with transaction.atomic():
            effects = list(_attempt(row, by, performed).effects)
            if len(seen_effects(row.operation, effects, by.sight)) < len(effects):
                raise PermissionDenied(
                    gettext("It changes what your role does not let you see: somebody else must review it.")
                )
            if fingerprint(effects) != shown:
                raise StateChanged(effects)
    except Impossible as refusal:
        return _end(row, ChangeStatus.CLOSED, str(refusal), by)
    return _end(row, ChangeStatus.APPROVED, "", by)


@operation(right=REVIEW_CHANGES, audit="change.reject")
def reject(*, change: ChangeRequest, explanation: str, by: Sender) -> Deed[ChangeRequest]:
    """For good. Raises Decided, and PermissionDenied for one's own."""
    return _end(_open(change, by), ChangeStatus.REJECTED, explanation, by)


@operation(right=REVIEW_CHANGES, audit="change.return")
def ask_for_changes(*, change: ChangeRequest, explanation: str, by: Sender) -> Deed[ChangeRequest]:
    """Whoever asked may ask again, otherwise. Raises Decided, and PermissionDenied for one's own."""
    return _end(_open(change, by), ChangeStatus.CHANGES_REQUESTED, explanation, by)


@operation(right=None, audit="change.withdraw")
def withdraw(*, change: ChangeRequest, by: Sender) -> Deed[ChangeRequest]:
    """By whoever asked for it. Raises Decided, and PermissionDenied for one of others."""
    row = _locked(change)
    if row.requested_by != by.user:
        raise PermissionDenied(gettext("Only the person who requested a change can withdraw it."))
    return _end(row, ChangeStatus.WITHDRAWN, "", by)


def _locked(change: ChangeRequest) -> ChangeRequest:
    row = ChangeRequest.objects.select_for_update(of=("self",)).select_related("requested_by").get(id=change.id)
    if row.status != ChangeStatus.WAITING:
        raise Decided
    return row


def _open(change: ChangeRequest, by: Sender) -> ChangeRequest:
    row = _locked(change)
    if row.requested_by == by.user:
        raise PermissionDenied(gettext("Nobody approves their own changes: somebody else must review this one."))
    return row


def _end(row: ChangeRequest, status: ChangeStatus, explanation: str, by: Sender) -> Deed[ChangeRequest]:
    row.status, row.explanation, row.decided_by, row.decided_at = status, explanation, by.user, by.at
    row.save(update_fields=["status", "explanation", "decided_by", "decided_at"])
    tell_requester(row)
    return _deed(row, reason=explanation)


@operation(right=CONFIGURE_APPROVALS, audit="approvals.save")
def save_rules(*, kinds: Collection[str], by: Sender) -> Deed[None]:
    """Changes of these kinds wait from now on, those of no other. What waits already goes on waiting."""
    before, after = required_kinds(), sorted(kinds)
    if before == after:
        return Nothing(None)
    with program_change(by=by.user, at=by.at, origin=ProgramOrigin.ADMIN) as change:
        change.write({"approvals": [{"kind": kind} for kind in after]})
    return Deed(None, subject="approvals", before={"kinds": before}, after={"kinds": after})
