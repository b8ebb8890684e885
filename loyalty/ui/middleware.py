from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# Unfold's admin runs Alpine, which evaluates attributes, and writes style attributes.
ADMIN_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}


def private_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages of signed-in staff out of every cache, and relax the content policy for the admin alone.

    Inside django-csp's middleware, which reads `_csp_replace` on the way out.
    """
    admin_root = reverse("admin:index")

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(admin_root):
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # how django-csp's decorators do it
        # Only pages: asking an API response for its user would open a session.
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware
