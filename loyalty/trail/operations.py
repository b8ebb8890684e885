"""That the audit trail was exported."""

from collections.abc import Sequence

from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.rights import VIEW_AUDIT
from loyalty.staff.sender import Sender


@operation(right=VIEW_AUDIT, audit="audit.export")
def note_export(*, filters: Sequence[str], by: Sender) -> Deed[None]:
    """That it is given out, which is read while it is sent. `filters` are the names of those set: what they hold may be personal."""
    return Deed(None, after={"filters": list(filters)} if filters else {})
