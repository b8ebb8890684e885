from .enums import GONE
from .models import Customer


def customer_by_public_id(public_id: str) -> Customer | None:
    """The customer of that ID, also when the ID was merged away; None for those who are gone."""
    found = Customer.objects.filter(identities__scheme="id", identities__value=public_id).first()
    return found if found and found.status not in GONE else None
