"""An image of a reward, for whoever sees the reward: customers in shops and apps have no log-in here."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from .pictures import MEDIA_TYPES
from .store import path_of

HEADERS = {
    # Even opened by itself it is an image and nothing else.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    # Its name is the digest of its content: it never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
}


@require_safe
def show_image(request: HttpRequest, name: str) -> FileResponse:
    try:
        file = path_of(name).open("rb")
    except (ValueError, OSError):
        raise Http404 from None
    return FileResponse(file, content_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=HEADERS)
