"""`/entities/<module>/<entity>`: things of the programme, by the types that rooms contribute."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.parsers import API_KEY
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, read_page
from loyalty.api.problems import ApiError, bad_request
from loyalty.api.views import ApiView
from loyalty.http.origin import origin_of
from loyalty.staff.sender import Sender

from .docs import CREATE, DELETE, LIST, SHOW, UPDATE
from .pairs import EntityPair, pair_named

READ_ONLY = 300706
PAGE = ("limit", "offset")


class EntityView(ApiView):
    api = Api.ENTITIES
    refused: ClassVar = frozenset({"PUT", "POST", "DELETE"})
    """What existing clients may send, and not every type takes: not a method that is unknown here, but one with a code of
    its own."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method in self.refused:
            raise _read_only(self.pair())
        return super().http_method_not_allowed(request, *args, **kwargs)

    def pair(self) -> EntityPair:
        return pair_named(self.kwargs["module"], self.kwargs["entity"])

    def sender(self) -> Sender:
        """The integrator: its key is what allows it."""
        return Sender(None, timezone.now(), origin_of(self.request._request))


def _read_only(pair: EntityPair) -> ApiError:
    return bad_request(f"Entities of type {pair.type} cannot be created, changed or deleted by the API", READ_ONLY)


class Entities(EntityView):
    operations = {"get": LIST, "put": CREATE}

    def get(self, request: Request, module: str, entity: str) -> Response:
        pair = self.pair()
        if other := sorted(request.query_params.keys() - {*PAGE, API_KEY}):
            raise bad_request(f"{other[0]} cannot be asked for: limit and offset can", INVALID_PARAMETER)
        page = read_page(request)
        return Response({"data": pair.listed(page.offset, page.offset + page.limit)})

    def put(self, request: Request, module: str, entity: str) -> Response:
        pair = self.pair()
        if pair.writes.create is None:
            raise _read_only(pair)
        return Response(pair.writes.create(self.body(), self.sender()))


class EntityDetail(EntityView):
    operations = {"get": SHOW, "post": UPDATE, "delete": DELETE}

    def known(self, pair: EntityPair) -> str:
        """The ID. Raises ApiError for one that names nothing."""
        entity_id = str(self.kwargs["entity_id"])
        if "\x00" in entity_id or pair.found(entity_id) is None:
            raise pair.not_found()
        return entity_id

    def get(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        pair = self.pair()
        found = None if "\x00" in entity_id else pair.found(entity_id)
        if found is None:
            raise pair.not_found()
        return Response(found)

    def post(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        pair = self.pair()
        if pair.writes.update is None:
            raise _read_only(pair)
        return Response(pair.writes.update(self.known(pair), self.body(), self.sender()))

    def delete(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        pair = self.pair()
        if pair.writes.delete is None:
            raise _read_only(pair)
        pair.writes.delete(self.known(pair), self.sender())
        return Response(["ok"])
