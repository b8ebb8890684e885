"""What a page answers to htmx: a dialog that closes, a toast, regions that refresh."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

Text = str | Promise


def is_partial(request: HttpRequest) -> bool:
    """True if htmx wants a region; a boosted link and a restored history want the whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def toast(text: Text, kind: str = "success", undo: str = "") -> dict[str, dict[str, str]]:
    """`kind`: success or error. `undo`: the address of the dialog that takes back what was done."""
    return {"toast": {"text": str(text), "kind": kind, **({"undo": undo} if undo else {})}}


def done(text: Text = "", *, refresh: Sequence[str] = (), undo: str = "") -> HttpResponse:
    """204: the dialog closes, the toast shows, each region `refresh:<name>` listens for reads itself again."""
    events: dict[str, Any] = {"modal:close": True} | {f"refresh:{name}": True for name in refresh}
    said = toast(text, undo=undo) if text else {}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events | said)})


def refused(text: Text) -> HttpResponse:
    """403: the page stays as it is and says why."""
    return HttpResponse(status=403, headers={"HX-Trigger": json.dumps(toast(text, "error"))})


def signed_in(token: str) -> HttpResponse:
    """204: the script puts the new token in place of the old one, and sends again what was refused."""
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"signed-in": {"token": token}})})


def reload() -> HttpResponse:
    """204: the browser reads the page again, whatever page the dialog was opened on; what is said is a message."""
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def go(url: str) -> HttpResponse:
    """204: the browser leaves for the address."""
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def look_at(url: str, target: str) -> HttpResponse:
    """204: the browser reads the region of that address, which becomes the page's own."""
    return HttpResponse(status=204, headers={"HX-Location": json.dumps({"path": url, "target": target})})
