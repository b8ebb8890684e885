"""What a key of the API shows of customers, its maker must see."""

from django.utils.translation import gettext

from loyalty.api.keys.enums import Api
from loyalty.api.keys.models import ApiKey
from loyalty.staff.sender import Sender

# The interfaces that show whole profiles, or what events say.
SHOWING = frozenset({Api.CUSTOMERS.value, Api.DISPLAY.value, Api.READ.value})


def beyond_sight(by: Sender, key: ApiKey) -> str:
    if by.sight.is_everything or SHOWING.isdisjoint(key.apis):
        return ""
    return gettext(
        "The key would show customers, or fields of them, that you may not see: leave out the APIs Customers, Display and"
        " Read, or ask an administrator to make it."
    )
