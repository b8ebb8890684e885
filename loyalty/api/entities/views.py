"""`/entities/<module>/<entity>`: things of the programme, by the types that rooms contribute."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.parsers import API_KEY
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, read_page
from loyalty.api.problems import bad_request
from loyalty.api.views import ApiView

from .docs import LIST, SHOW
from .pairs import pair_named

READ_ONLY = 300706
PAGE = ("limit", "offset")


class EntityView(ApiView):
    api = Api.ENTITIES
    refused: ClassVar = frozenset({"PUT", "POST", "DELETE"})
    """What existing clients may send, and no type takes: not a method that is unknown here, but one with a code of its own."""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method in self.refused:
            pair = pair_named(self.kwargs["module"], self.kwargs["entity"])
            message = f"Entities of type {pair.type} cannot be created, changed or deleted by the API"
            raise bad_request(message, READ_ONLY)
        return super().http_method_not_allowed(request, *args, **kwargs)


class Entities(EntityView):
    operations = {"get": LIST}

    def get(self, request: Request, module: str, entity: str) -> Response:
        pair = pair_named(module, entity)
        if other := sorted(request.query_params.keys() - {*PAGE, API_KEY}):
            raise bad_request(f"{other[0]} cannot be asked for: limit and offset can", INVALID_PARAMETER)
        page = read_page(request)
        return Response({"data": pair.listed(page.offset, page.offset + page.limit)})


class EntityDetail(EntityView):
    operations = {"get": SHOW}

    def get(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        pair = pair_named(module, entity)
        found = None if "\x00" in entity_id else pair.found(entity_id)
        if found is None:
            raise bad_request("Entity not found")
        return Response(found)
