"""What labels show elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.export.queries import ReferenceNames
from customers.fields.reserved import ReadElsewhere
from customers.merging.preview import MergeMove
from customers.models import Customer
from loyalty.http.routes import Routes
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .attributes import GIVEN, TAKEN
from .checks import CHECKS
from .facts import FACTS, GROUP
from .models import CustomerLabel, Label
from .operations import LABELS
from .profile.directory import COLUMN, FILTER
from .profile.tokens import PERSONAL
from .rights import RIGHTS, VIEW_LABELS
from .trail import AUDIT
from .wire import READ_CUSTOMER


def _labels_held(source: Customer) -> int:
    return CustomerLabel.objects.filter(customer=source).count()


CONTRIBUTIONS: tuple[object, ...] = (
    CHECKS,
    RIGHTS,
    ReadElsewhere(frozenset({GIVEN, TAKEN})),
    Routes("segments.labels.pages.urls"),
    Entry(Group.INSIGHTS, _("Labels"), "labels:list", "tags", VIEW_LABELS, shortcut="e"),
    PERSONAL,
    FILTER,
    COLUMN,
    MergeMove("labels", _("Labels: the survivor has each that either had"), 46, _labels_held),
    ReferenceNames("label_id", lambda: Label.objects.values_list("id", "name")),
    LABELS,
    READ_CUSTOMER,
    # Merging two labels wakes it; this finds what got lost.
    Timer("replace-merged-labels", "segments.labels.merging.tasks.replace", 60.0, is_long=True),
    FACTS,
    GROUP,
    *AUDIT,
)
