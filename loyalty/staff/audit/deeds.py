"""Operations of staff: each is declared with the right that it needs, and leaves one row in the audit trail.

    @operation(right=SUSPEND_CUSTOMERS, audit="customer.suspend")
    def suspend(*, customer: Customer, reason: str, by: Sender) -> Deed[Outcome]:

The function does its work and returns the `Deed`. Whoever calls it gets `Done`, or one day `Waiting`:
for an approval. `result()` of the first is what the function says, of the second an exception that no page need know.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

from django.db import OperationalError, transaction

from loyalty.engine.storage.wire import may_retry
from loyalty.staff.roles.rights import Right
from loyalty.staff.sender import Sender

from .models import AuditEntry

P = ParamSpec("P")
T = TypeVar("T")
ATTEMPTS = 5


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
class Declared:
    right: Right | None
    audit: str


def operation(*, right: Right | None, audit: str) -> Callable[[Callable[P, Deed[T]]], Callable[P, Done[T] | Waiting]]:
    """Declare an operation. It is called with `by`, a Sender; raises PermissionDenied without the right (None: whoever is
    signed in may ask), and for what concerns the customer who has the sender's own e-mail address.

    The operation and its row in the trail, which calls it by the name `audit`, are one transaction.
    """

    def declare(function: Callable[P, Deed[T]]) -> Callable[P, Done[T] | Waiting]:
        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> Done[T] | Waiting:
            by = kwargs["by"]
            assert isinstance(by, Sender)
            if right is not None:
                by.require(right)
            by.refuse_own([*args, *kwargs.values()])
            return Done(_retried(lambda: _recorded(function(*args, **kwargs), audit, by)))

        checked.declared = Declared(right, audit)  # type: ignore[attr-defined]  # for whoever lists the operations
        return checked

    return declare


def _recorded(deed: Deed[T], audit: str, by: Sender) -> T:
    by.refuse_own([deed])
    if not isinstance(deed, Nothing):
        AuditEntry.objects.create(
            at=by.at, staff=by.user, operation=audit, customer_id=deed.customer_id, subject=deed.subject, reason=deed.reason,
            ip_address=by.origin.ip_address, user_agent=by.origin.user_agent, before=deed.before, after=deed.after,
        )  # fmt: skip
    return deed.value


def _retried(work: Callable[[], T]) -> T:
    """In one transaction. The engine tries again after a deadlock, but only in a transaction of its own."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if attempt == ATTEMPTS or not may_retry(error):
                raise
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  spreads retries, hides nothing
    raise AssertionError("the last attempt returns or raises")
