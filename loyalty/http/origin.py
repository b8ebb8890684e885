"""Where a request came from."""

from typing import NamedTuple

from django.http import HttpRequest

LONGEST_AGENT = 400


class Origin(NamedTuple):
    """Where a request came from, as its client says."""

    ip_address: str | None = None
    user_agent: str = ""


NOWHERE = Origin()


def origin_of(request: HttpRequest) -> Origin:
    """The address is the client's own, also behind a trusted proxy (`proxies`)."""
    headers = request.META
    return Origin(headers.get("REMOTE_ADDR") or None, headers.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT])
