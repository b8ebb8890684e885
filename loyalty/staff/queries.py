"""Who else could still administer."""

from .enums import Role
from .models import User


def other_administrators(user: User) -> list[User]:
    """The active ones beside the user, if there are any; the rows of all of them are locked."""
    active = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    return [row for row in active.select_for_update() if row.pk != user.pk]
