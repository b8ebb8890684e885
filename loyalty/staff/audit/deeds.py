"""Operations of staff: each is declared with the right that it needs, and leaves one row in the audit trail.

    @operation(right=SUSPEND_CUSTOMERS, audit="customer.suspend")
    def suspend(*, customer: Customer, reason: str, by: Sender) -> Deed[Outcome]:

The function does its work and returns the `Deed`. Whoever calls it gets `Done`, or `Waiting` where the brand wants changes
of this kind approved. `result()` of the first is what the function says, of the second an exception that no page need know.
"""

import inspect
import random
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

from django.db import OperationalError, transaction
from django.utils.functional import Promise

from loyalty.contributions import contributed
from loyalty.engine.storage.wire import may_retry
from loyalty.staff.roles.rights import Right
from loyalty.staff.sender import Sender

from .models import AuditEntry

P = ParamSpec("P")
T = TypeVar("T")
# As many as `record` tries on its own: of many who wait for each other in a ring each attempt lets some through.
ATTEMPTS, LONGEST_PAUSE = 8, 0.5


@dataclass(frozen=True)
class Deed(Generic[T]):
    """What an operation did. `value` is for the caller, the rest for the trail; secrets belong in neither.

    `subject` names what it was done to where that is no customer, such as "import:12". `before` and `after` hold what JSON
    can, by field: personal values of the customer only, since these are erased with the customer.
    """

    value: T
    customer_id: int | None = None
    subject: str = ""
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing(Deed[T]):
    """There was nothing to do: no row."""


@dataclass(frozen=True)
class Done(Generic[T]):
    value: T

    def result(self) -> T:
        return self.value


@dataclass(frozen=True)
class Waiting:
    """Not done yet: somebody else must approve it first."""

    def result(self) -> NoReturn:
        raise NotDoneYet


class NotDoneYet(Exception):
    """The operation waits for an approval. Its page need not know: a middleware says so to whoever asked."""


@dataclass(frozen=True)
class Approvable:
    """A kind of change of which the brand may say that somebody else must approve it. `label` is a plural noun.

    `refusals` are the exceptions by which its operations say that the change cannot be made now.
    """

    code: str
    label: str | Promise
    refusals: tuple[type[Exception], ...] = ()


@dataclass(frozen=True)
class Declared:
    right: Right | None
    audit: str
    approvable: Approvable | None
    function: Callable[..., Deed[Any]]


@dataclass(frozen=True)
class Call:
    """An operation that somebody asks for, with its arguments by name."""

    declared: Declared
    arguments: Mapping[str, Any]
    by: Sender

    def perform(self) -> Deed[Any]:
        """Do the work, in the open transaction, with its row in the trail. What it asks of others waits for nobody."""
        outside = _is_inside.set(True)
        try:
            deed = self.declared.function(**self.arguments, by=self.by)
        finally:
            _is_inside.reset(outside)
        record_deed(deed, self.declared.audit, self.by)
        return deed


@dataclass(frozen=True)
class Gate:
    """Contributed by the room that knows approvals: keeps a call that must wait; None lets it pass."""

    hold: Callable[[Call], Waiting | None]


# Of this thread: whether an operation is being performed.
_is_inside: ContextVar[bool] = ContextVar("inside an operation", default=False)
# Every operation by its name in the trail.
OPERATIONS: dict[str, Declared] = {}


def operation(
    *, right: Right | None, audit: str, approvable: Approvable | None = None
) -> Callable[[Callable[P, Deed[T]]], Callable[P, Done[T] | Waiting]]:
    """Declare an operation. It is called with `by`, a Sender; raises PermissionDenied without the right (None: whoever is
    signed in may ask), and for what concerns the customer who has the sender's own e-mail address; OutOfReach for a record
    outside the sender's groups.

    The operation and its row in the trail, which calls it by the name `audit`, are one transaction.
    """

    def declare(function: Callable[P, Deed[T]]) -> Callable[P, Done[T] | Waiting]:
        declared = OPERATIONS[audit] = Declared(right, audit, approvable, function)
        parameters = inspect.signature(function)

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> Done[T] | Waiting:
            by = kwargs["by"]
            assert isinstance(by, Sender)
            if right is not None:
                by.require(right)
            by.require_reached([*args, *kwargs.values()])
            by.refuse_own([*args, *kwargs.values()])
            call = Call(declared, _by_name(parameters, args, kwargs), by)
            return _held(call) or Done(_retried(lambda: call.perform().value))

        checked.declared = declared  # type: ignore[attr-defined]  # for whoever lists the operations
        return checked

    return declare


def _by_name(parameters: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments but the sender. Those that are positional have names as well."""
    positional = dict(zip(parameters.parameters, args, strict=False))
    return {name: value for name, value in {**positional, **kwargs}.items() if name != "by"}


def _held(call: Call) -> Waiting | None:
    if call.declared.approvable is None or call.by.user is None or _is_inside.get():
        return None
    return _retried(lambda: next((waiting for gate in contributed(Gate) if (waiting := gate.hold(call))), None))


def record_deed(deed: Deed[Any], audit: str, by: Sender) -> None:
    """Its row in the trail. Raises OutOfReach for what concerns a record outside the sender's groups, PermissionDenied for
    the customer who has the sender's own address."""
    by.require_reached([deed])
    by.refuse_own([deed])
    if not isinstance(deed, Nothing):
        add_entry(deed, audit, by)


def add_entry(deed: Deed[Any], audit: str, by: Sender) -> AuditEntry:
    return AuditEntry.objects.create(
        at=by.at, staff=by.user, operation=audit, customer_id=deed.customer_id, subject=deed.subject, reason=deed.reason,
        ip_address=by.origin.ip_address, user_agent=by.origin.user_agent, before=deed.before, after=deed.after,
        key_id=by.key,
    )  # fmt: skip


def _retried(work: Callable[[], T]) -> T:
    """In one transaction. The engine tries again after a deadlock, but only in a transaction of its own."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if attempt == ATTEMPTS or not may_retry(error):
                raise
        time.sleep(random.uniform(0, min(0.02 * 2**attempt, LONGEST_PAUSE)))  # noqa: S311  spreads retries, hides nothing
    raise AssertionError("the last attempt returns or raises")
