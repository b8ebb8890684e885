"""The base of every API view: one reader, one renderer, one way to authenticate, nothing negotiated."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import permissions, views
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from loyalty.api.access.authentication import ApiKeyAuthentication, Integrator
from loyalty.api.access.scopes import InScope
from loyalty.api.body.parsers import API_KEY, FormParser, JsonParser
from loyalty.api.docs.describe import Operation
from loyalty.api.docs.openapi import Described
from loyalty.api.keys.enums import Api
from loyalty.api.once.answers import About, run_once

from .access import limits
from .body import bounds
from .errors import handle
from .renderers import JsonRenderer


class AlwaysJson(BaseContentNegotiation):
    """Whatever a client accepts, it gets JSON: several send an Accept header they do not mean."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        sent = request.content_type or ""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, sent)), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(views.APIView):
    authentication_classes: Sequence[type[BaseAuthentication]] = (ApiKeyAuthentication,)
    permission_classes: Sequence[type[permissions.BasePermission]] = (permissions.IsAuthenticated, InScope)
    parser_classes = (JsonParser, FormParser)
    renderer_classes = (JsonRenderer,)
    content_negotiation_class = AlwaysJson
    metadata_class = None
    throttle_classes = ()
    schema = Described()
    api: ClassVar[Api]
    operations: ClassVar[Mapping[str, Operation]] = {}
    """What each method does, by its name in lower case."""
    generation: ClassVar[Literal["legacy", "versioned", "read"]] = "legacy"
    client_side: ClassVar[bool] = False
    """Whether web pages may call it."""
    presigned: ClassVar[bool] = False
    """Whether a GET may carry its signature in the URL."""

    window: limits.Window | None = None
    """What the key has left, once the request is counted."""
    changes_nothing: ClassVar[bool] = False
    """Whether its POST only asks, so that the same may be asked again."""
    most_bytes: ClassVar[int] = bounds.MAX_BYTES
    """How large its body may be."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As REST framework's own, but a write runs once."""
        self.args, self.kwargs = args, kwargs
        request.most_bytes = self.most_bytes  # type: ignore[attr-defined]  # the parsers see the request only
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._respond(self.request)
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    def _respond(self, request: Request) -> Any:
        method = (request.method or "").lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None:
            return self.http_method_not_allowed(request)

        def answer(about: About) -> HttpResponseBase:
            self.about = about
            response: HttpResponseBase = handler(request, *self.args, **self.kwargs)
            return response

        if self.changes_nothing or request.method in permissions.SAFE_METHODS:
            return answer(About())
        with self.around_write():
            return run_once(request, answer, self.handle_exception)

    def around_write(self) -> AbstractContextManager[None]:
        """Around a write and its transaction: for what must not be waited for inside of it. It changes nothing by itself."""
        return nullcontext()

    def concerns(self, customer_id: int, *, erased: bool = False) -> None:
        """The answer holds something of this customer: it is forgotten with them, at once if they are erased by now."""
        self.about.customer_id, self.about.erased = customer_id, erased

    def get_exception_handler(self) -> Any:
        return handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._count(request)
        if self.generation != "read":  # whose lists answer this with 422
            bounds.check_parameters(pair for pair in request.query_params.lists() if pair[0] != API_KEY)
        if request.method not in permissions.SAFE_METHODS:
            # Before the view: one that needs no body must not do its work with a body that nobody could read.
            _ = request.data

    def _count(self, request: Request) -> None:
        """Who is not let in is not counted."""
        self.window = limits.count(request.user.api_key) if isinstance(request.user, Integrator) else None
        if self.window and (refusal := self.window.refusal()):
            raise refusal

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.window:
            self.headers |= self.window.headers
        return super().finalize_response(request, response, *args, **kwargs)

    def body(self) -> dict[str, Any]:
        """The parsed body without `api_key`; an empty one is an empty object."""
        return dict(self.request.data)
