"""What segments show elsewhere."""

from collections.abc import Sequence

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from customers.export.queries import NotExported, ReferenceNames
from customers.fields.reserved import ReservedNames
from loyalty.facts.moved import FactsMoved
from loyalty.http.routes import Routes
from loyalty.staff.sight import sees_all_records
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .api.customers import CUSTOMER
from .api.entities import PAIR
from .audience.segments import SEGMENTS as GROUP
from .bindings import Binding
from .checks import CHECKS
from .facts import FACTS
from .giving.kinds import PUT_INTO_GROUP
from .language.vocabulary import SEGMENT, SEGMENT_OPTION
from .models import Segment, Touch
from .operations import SEGMENTS
from .program import compute_asking, segments_asking
from .rights import RIGHTS, VIEW_SEGMENTS
from .words import AUDIT


def _dependents(slug: str) -> Sequence[str]:
    return [one.name for one in segments_asking(SEGMENT, SEGMENT_OPTION, [slug])]


CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    FACTS,
    SEGMENTS,
    GROUP,
    Binding(_dependents),
    FactsMoved(compute_asking),
    CHECKS,
    PUT_INTO_GROUP,
    *AUDIT,
    Routes("segments.urls"),
    Entry(Group.INSIGHTS, _("Segments"), "segments:list", "funnel", VIEW_SEGMENTS, allowed=sees_all_records),
    CUSTOMER,
    PAIR,
    ReservedNames(frozenset({"segments"})),
    NotExported(Touch, "A line of customers to look at, gone within seconds."),
    ReferenceNames("segment_id", lambda: Segment.objects.values_list("id", "name")),
    Timer("touched-customers", "segments.membership.tasks.look_at_touched", 3.0),
    Timer("compute-segments", "segments.membership.tasks.compute_due", 10.0, is_long=True),
    Timer("sizes-of-segments", "segments.membership.tasks.keep_sizes", crontab(hour=23, minute=57)),
)
