"""`POST /events`: the door that integrators use."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.scopes import is_client_side
from loyalty.api.client_side import ClientSideView
from loyalty.api.errors import ApiError, bad_request
from loyalty.api.keys.enums import Api
from loyalty.engine import values
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.intake.api import actor, check_scope, note_misses, record_for
from loyalty.intake.reading import read_event

from .docs import MAX_BULK, RECORD, RECORD_BULK
from .serializers import bulk_result, effects, summary


class Events(ClientSideView):
    api = Api.EVENTS
    operations = {"post": RECORD}

    def post(self, request: Request) -> Response:
        outcome = record_for(self, read_event(self.body()))
        return Response(effects(outcome) if is_client_side(request) else summary(outcome))


class BulkEvents(ClientSideView):
    """Each event by itself, in their order: one that is refused does not stop the others."""

    api = Api.EVENTS
    operations = {"post": RECORD_BULK}

    def post(self, request: Request) -> Response:
        events = values.as_list(self.body().get("events"))
        if not events or len(events) > MAX_BULK:
            raise bad_request(f"'events' must be a list of 1 to {MAX_BULK} events")
        accepted = list[Incoming]()
        read = [_read(request, event, accepted) for event in events]
        recorded = record(accepted, by=actor(request), at=timezone.now()) if accepted else []
        for incoming, outcome in zip(accepted, recorded, strict=True):
            note_misses(request, incoming, outcome)
        outcomes = iter(recorded)
        results = [bulk_result(event if isinstance(event, ApiError) else next(outcomes)) for event in read]
        return Response(
            {"results": results, "total": len(results), "errors": sum("error" in result for result in results)}
        )


def _read(request: Request, event: Any, accepted: list[Incoming]) -> Incoming | ApiError:
    """The event, which joins those that are `accepted`; or what is wrong with it."""
    try:
        body = values.as_object(event)
        if body is None:
            raise bad_request("Each event must be an object")
        incoming = check_scope(request, read_event(body), accepted)
        if incoming.guest:
            raise bad_request("Guest checkouts are not accepted in bulk: send each by itself to /events")
        accepted.append(incoming)
        return incoming
    except ApiError as error:
        return error
