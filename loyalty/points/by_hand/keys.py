"""Keys of the API are not counted: who may change so many points only makes none that changes more."""

from django.utils.translation import gettext

from loyalty.api.keys.enums import Api, KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.points.actions import ADJUSTING
from loyalty.staff.sender import Sender

from .limits import has_limits


def beyond_limits(by: Sender, key: ApiKey) -> str:
    if by.user is None or not has_limits(by.user) or not _changes_points(key):
        return ""
    return gettext(
        "Your role limits how many points you change, and a key has no such limit: name the actions that it may send, without"
        " those that change points, and let it not say what orders earn; or ask an administrator to make it."
    )


def _changes_points(key: ApiKey) -> bool:
    if key.kind == KeyKind.CLIENT_SIDE or Api.EVENTS not in key.apis:
        return False
    return key.may_fix_points or not key.actions or not ADJUSTING.isdisjoint(key.actions)
