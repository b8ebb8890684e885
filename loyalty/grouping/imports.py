"""Files of user groups: each row puts its customer into the group that it names."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.engine.events import Actor
from loyalty.engine.record import record
from loyalty.intake.files import FileColumn, FileRow, Importable
from loyalty.refusals import Refused

from .actions import ADD, GROUP
from .codes import ALREADY_IN
from .rights import GIVE_GROUPS


def _apply(rows: Sequence[FileRow], by: Actor, at: dt.datetime) -> list[Refused | None]:
    return [outcome.error for outcome in record([row.event(ADD.name) for row in rows], by=by, at=at)]


FILES = Importable(
    "user_groups",
    _("User groups of customers"),
    [FileColumn(GROUP.name, required=True)],
    _apply,
    right=GIVE_GROUPS,
    already=ALREADY_IN,
)
