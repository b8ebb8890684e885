"""That customers were looked at in bulk."""

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .queries import VIEW


@operation(right=VIEW_CUSTOMERS, audit=VIEW)
def note_list_view(*, rows: int, leafing: bool, by: Sender) -> Deed[None]:
    """Neither what was searched for nor who was found is kept, since both are personal."""
    return Deed(None, after={"rows": rows, "leafing": leafing})
