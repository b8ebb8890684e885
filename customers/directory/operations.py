"""That customers were looked at in bulk."""

from datetime import timedelta

from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.permissions import Right
from loyalty.staff.sender import Sender

VIEW = "customer.view_list"
TOLD_AGAIN = timedelta(minutes=15)


@operation(right=Right.VIEW_CUSTOMERS, audit=VIEW)
def note_list_view(*, rows: int, leafing: bool, by: Sender) -> Deed[None]:
    """Leafing through the list is written down each time, opening and searching it once in a quarter of an hour.

    Neither what was searched for nor who was found is kept, since both are personal.
    """
    if not leafing and _was_told(by):
        return Nothing(None)
    return Deed(None, after={"rows": rows, "leafing": leafing})


def _was_told(by: Sender) -> bool:
    mine = AuditEntry.objects.filter(staff=by.user, operation=VIEW)
    return mine.filter(at__gt=by.at - TOLD_AGAIN).exists()
