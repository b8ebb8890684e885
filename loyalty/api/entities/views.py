"""`/entities/<module>/<entity>`: things of the programme, by the types that rooms contribute."""

from typing import NoReturn

from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.parsers import API_KEY
from loyalty.api.keys.enums import Api
from loyalty.api.lists.paging import INVALID_PARAMETER, read_page
from loyalty.api.problems import bad_request
from loyalty.api.views import ApiView

from .docs import CHANGE, CHANGE_ALL, CREATE, CREATE_NAMED, DELETE, DELETE_ALL, LIST, SHOW
from .pairs import pair_named

READ_ONLY = 300706
PAGE = ("limit", "offset")


class EntityView(ApiView):
    api = Api.ENTITIES
    # No type can be written: who asks twice is told so twice.
    changes_nothing = True

    def put(self, request: Request, module: str, entity: str, entity_id: str = "") -> Response:
        self._refuse(module, entity)

    def post(self, request: Request, module: str, entity: str, entity_id: str = "") -> Response:
        self._refuse(module, entity)

    def delete(self, request: Request, module: str, entity: str, entity_id: str = "") -> Response:
        self._refuse(module, entity)

    def _refuse(self, module: str, entity: str) -> NoReturn:
        pair = pair_named(module, entity)
        raise bad_request(f"Entities of type {pair.type} cannot be created, changed or deleted by the API", READ_ONLY)


class Entities(EntityView):
    operations = {"get": LIST, "put": CREATE, "post": CHANGE_ALL, "delete": DELETE_ALL}

    def get(self, request: Request, module: str, entity: str) -> Response:
        pair = pair_named(module, entity)
        if other := sorted(request.query_params.keys() - {*PAGE, API_KEY}):
            raise bad_request(f"{other[0]} cannot be asked for: limit and offset can", INVALID_PARAMETER)
        page = read_page(request)
        return Response({"data": pair.listed(page.offset, page.offset + page.limit)})


class EntityDetail(EntityView):
    operations = {"get": SHOW, "put": CREATE_NAMED, "post": CHANGE, "delete": DELETE}

    def get(self, request: Request, module: str, entity: str, entity_id: str) -> Response:
        pair = pair_named(module, entity)
        found = None if "\x00" in entity_id else pair.found(entity_id)
        if found is None:
            raise bad_request("Entity not found")
        return Response(found)
