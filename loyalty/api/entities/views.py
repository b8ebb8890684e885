"""`/entities/<module>/<entity>`: things of the programme, by the types that rooms contribute."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.scopes import key_of
from loyalty.api.body.bounds import shown
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, is_asked, read_page
from loyalty.api.problems import bad_request
from loyalty.api.views import ApiView
from loyalty.http.origin import origin_of

from .bulk import ErrorHandling, carry_out
from .calls import EntityCall, not_allowed
from .docs import BULK, CREATE, CREATE_NAMED, DELETE, DELETED, LIST, SHOW, UPDATE
from .pairs import Caller, EntityPair, pair_named

PAGE = ("limit", "offset")


class EntityView(ApiView):
    api = Api.ENTITIES
    refused: ClassVar[Mapping[str, str]] = {"PUT": "create", "POST": "update", "DELETE": "delete"}
    """What existing clients may send, and not every address takes: not a method that is unknown here, but one with a code
    of its own."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method in self.refused:
            raise not_allowed(self.pair(), self.refused[request.method])
        return super().http_method_not_allowed(request, *args, **kwargs)

    def pair(self) -> EntityPair:
        return pair_named(self.kwargs["module"], self.kwargs["entity"], self.request)

    def caller(self) -> Caller:
        origin, key = origin_of(self.request._request), key_of(self.request)
        return Caller(None, timezone.now(), origin, key=key.pk, view=self)

    def call(self) -> EntityCall:
        return EntityCall(self.pair(), self.caller())


class Entities(EntityView):
    operations = {"get": LIST, "put": CREATE}

    def get(self, request: Request, module: str, entity: str) -> Response:
        pair = self.pair()
        asked = self._asked({*pair.searchable, *pair.searchable_too()})
        page = read_page(request)
        filters = [asked] if pair.searchable else []
        return Response({"data": pair.listed(page.offset, page.offset + page.limit, *filters)})

    def _asked(self, searchable: Collection[str]) -> dict[str, str]:
        """The values asked for, by attribute. Raises ApiError: 300122 for one that is not searchable, or that no text can be."""
        query = self.request.query_params
        asked = {name: query[name] for name in query if name not in PAGE and is_asked(name)}
        if other := sorted(asked.keys() - set(searchable)):
            can = ", ".join(sorted({*searchable, *PAGE}))
            raise bad_request(f"{shown(other[0])} cannot be asked for: {can} can", INVALID_PARAMETER)
        if unreadable := sorted(name for name, value in asked.items() if "\x00" in value):
            raise bad_request(f"'{unreadable[0]}' must be a text without control characters", INVALID_PARAMETER)
        return asked

    def put(self, request: Request, module: str, entity: str) -> Response:
        return Response(self.call().create(self.body()))


class EntityDetail(EntityView):
    operations = {"get": SHOW, "put": CREATE_NAMED, "post": UPDATE, "delete": DELETE}

    def get(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        return Response(self.call().show(entity_id))

    def put(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        return Response(self.call().create(self.body(), entity_id))

    def post(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        return Response(self.call().update(entity_id, self.body()))

    def delete(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        self.call().delete(entity_id)
        return Response(DELETED)


class BulkEntities(EntityView):
    """A pre-check that has found something answers 404, as published."""

    operations = {"post": BULK}
    refused: ClassVar[Mapping[str, str]] = {}

    def post(self, request: Request) -> Response:
        answer, handling = carry_out(self.body(), self.caller())
        is_warning = handling == ErrorHandling.PRE_CHECK and answer["errors"]
        return Response(answer, status=404 if is_warning else 200)
