"""The bulk request by which many customers are put into a user group, each by an event of their own."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.bulk.kinds import BulkKind, Result, Work
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.grouping.actions import ADD, GROUP


def _apply(work: Work) -> Sequence[Result]:
    events = [Incoming(item.name, ADD.name, {GROUP.name: work.target}) for item in work.items]
    outcomes = record(events, by=work.by, at=work.at)
    return [Result(one.state.customer.id if one.state else None, one.error) for one in outcomes]


PUT_INTO_GROUP = BulkKind("user_group_add", "user-group", _("Put into user group"), _apply)
