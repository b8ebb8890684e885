"""Keeping an image that staff have chosen, and deleting those that nothing names any more."""

import datetime as dt
import re
from collections.abc import Iterator

from loyalty.approvals.enums import ChangeStatus
from loyalty.approvals.models import ChangeRequest
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender
from rewards.catalogue.models import Reward
from rewards.catalogue.rights import CONFIGURE_REWARDS

from .pictures import read_picture
from .store import NAME, delete_others, keep

# A reward that is changed back within so many days has its image.
KEPT = dt.timedelta(days=7)


@operation(right=CONFIGURE_REWARDS, audit="reward.upload_image")
def upload_image(*, content: bytes, by: Sender) -> Deed[str]:
    """Its name. Raises NotAnImage."""
    picture = read_picture(content)
    keep(picture)
    size = {"width": picture.width, "height": picture.height, "bytes": len(picture.content)}
    return Deed(picture.name, subject="reward", after={"image": picture.name, **size})


def delete_unnamed_images(*, at: dt.datetime) -> int:
    """How many. Archived rewards keep theirs, since they can be restored, and so does what waits for an approval."""
    named = {name for text in _texts() for name in re.findall(NAME, text)}
    return delete_others(named, before=at - KEPT)


def _texts() -> Iterator[str]:
    for shown in Reward.objects.values_list("image_url", "gallery", "content").iterator():
        yield from map(str, shown)
    for arguments in ChangeRequest.objects.filter(status=ChangeStatus.WAITING).values_list("arguments", flat=True):
        yield str(arguments)
