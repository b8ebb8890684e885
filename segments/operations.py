"""What staff do with segments: make and change them, let one be computed again, export its members."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.program.section import Invalid
from loyalty.staff.audit.deeds import Approvable, Deed, operation
from loyalty.staff.sender import Sender

from .enums import SegmentStatus
from .language.reading import read_rule
from .language.tree import to_json
from .language.vocabulary import read_vocabulary
from .membership.waking import wake_workers
from .models import Computation, Segment
from .program import read_segments
from .rights import CHANGE_SEGMENTS, EXPORT_MEMBERS

SEGMENTS = Approvable("segments", _("Segments"), (Invalid,))
Item = Mapping[str, Any]


@operation(right=CHANGE_SEGMENTS, audit="segment.save", approvable=SEGMENTS)
def save_segment(*, item: Item, by: Sender) -> Deed[None]:
    """Make the segment as the item of the program file says; its members are computed in the background.

    Raises Invalid, naming each wrong field by its path; WrongRule for a rule that names what there is not; PermissionDenied for
    whoever does not see every field of customers, since the members would tell them.
    """
    by.sight.require_all()
    wanted = {**item, "rule": to_json(read_rule(item["rule"], read_vocabulary()))} if "rule" in item else item
    before = item_of(str(item["id"]))
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        change.write({"segments": [wanted]})
    wake_workers()
    was, now = _differing(before, item_of(str(item["id"])))
    return Deed(None, subject=f"segment:{item['id']}", before=was, after=now)


@operation(right=CHANGE_SEGMENTS, audit="segment.status", approvable=SEGMENTS)
def change_status(*, segment: Segment, status: SegmentStatus, by: Sender) -> Deed[None]:
    """An archived one loses its members for good. Raises Invalid while something uses it, with the names."""
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        change.write({"segments": [{"id": segment.slug, "status": status.value}]})
    wake_workers()
    return Deed(
        None, subject=f"segment:{segment.slug}", before={"status": segment.status}, after={"status": status.value}
    )


@operation(right=CHANGE_SEGMENTS, audit="segment.compute")
def compute_again(*, segment: Segment, by: Sender) -> Deed[None]:
    """Compute all its members, though nothing has changed."""
    Computation.objects.filter(segment=segment).update(wanted=F("wanted") + 1, problem="", tried_at=None)
    wake_workers()
    return Deed(None, subject=f"segment:{segment.slug}")


@operation(right=EXPORT_MEMBERS, audit="segment.export")
def allow_export(*, segment: Segment, members: int, by: Sender) -> Deed[None]:
    """Keeps who has downloaded the members; the file is streamed by the page."""
    by.sight.require_all()
    return Deed(None, subject=f"segment:{segment.slug}", after={"rows": members})


def item_of(slug: str) -> Item:
    return next((one for one in read_segments() if one["id"] == slug), {})


def _differing(before: Item, after: Item) -> Sequence[dict[str, Any]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [{name: values[name] for name in names if name in values} for values in (before, after)]
