"""For load balancers: whether this process may be sent requests. No more is told than what to run, since anybody may ask."""

import logging

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.protection.queries import NOT_KEPT, recent

log = logging.getLogger("loyalty.http.readiness")
# The database is gone, or what it lacks would let acknowledged events be changed: Valkey costs only what Valkey does.
UNREACHABLE, UNPROTECTED, UNMIGRATED = (
    "The database does not answer.",
    "The database is not protected as it was made: run `manage.py protect`.",
    "The database is of another release: run `manage.py migrate`.",
)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `{"ready": true}`, or 503 with the `reason`; the log has the particulars."""
    reason = _reason()
    if reason is None:
        return JsonResponse({"ready": True})
    return JsonResponse({"ready": False, "reason": reason}, status=503, headers={"Retry-After": "5"})


def _reason() -> str | None:
    try:
        found = recent.lacks()
    except Error as error:
        log.warning("not ready: %s", type(error).__name__)
        return UNREACHABLE
    if found:
        log.warning("not ready: %d protections are not in place, such as %s", len(found), found[0])
    return (UNMIGRATED if NOT_KEPT in found else UNPROTECTED) if found else None
