"""One's own password."""

from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .hashing import for_known_person


@operation(right=None, audit="user.change_password")
def change_password(*, password: str, by: Sender) -> Deed[None]:
    """Of the sender, who has shown the present one; ends their other sessions. Raises TooManyHashes."""
    assert by.user is not None
    with for_known_person():
        by.user.set_password(password)
    by.user.save(update_fields=["password"])
    return Deed(None, subject=f"user:{by.user.pk}")
