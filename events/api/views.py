"""`POST /events`: the door that integrators use."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.access.authentication import may_fix_points
from loyalty.api.access.scopes import check_action, check_scheme, is_client_side, key_of
from loyalty.api.client_side import ClientSideView, check_event
from loyalty.api.errors import ApiError, bad_request
from loyalty.api.keys.enums import Api
from loyalty.api.views import ApiView
from loyalty.engine import values
from loyalty.engine.events import POINTS_REWARDED, Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.engine.status import ERASED
from loyalty.intake.sources import Source

from .docs import MAX_BULK, RECORD, RECORD_BULK
from .serializers import bulk_result, effects, read_event, summary


def actor(request: Request) -> Actor:
    """The integrator, and what the request tells of where it came from."""
    return Actor(
        source=Source.API.value,
        api_key_id=request.user.pk,
        ip_address=request.META.get("REMOTE_ADDR") or None,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:400],
        grants=frozenset({POINTS_REWARDED} if may_fix_points(request) else ()),
        is_page=is_client_side(request),
    )


def check_scope(request: Request, incoming: Incoming) -> Incoming:
    """The event, if the key may record it; asked of every event that comes by the API. Raises ApiError."""
    key = key_of(request)
    check_action(key, incoming.action)
    check_scheme(key, incoming.scheme)
    if is_client_side(request):
        check_event(incoming.data, incoming.account, guest=incoming.guest)
    return incoming


def record_for(view: ApiView, incoming: Incoming) -> Outcome:
    """Record what the view was asked for; its answer concerns the customer. Raises Refused, and ApiError by the key's scope."""
    check_scope(view.request, incoming)
    [outcome] = record([incoming], by=actor(view.request), at=timezone.now())
    if outcome.state and not incoming.guest:
        customer = outcome.state.customer
        view.concerns(customer.id, erased=customer.status in ERASED)
    if outcome.error:
        raise outcome.error
    return outcome


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
        read = [_read(request, event) for event in events]
        accepted = [event for event in read if isinstance(event, Incoming)]
        outcomes = iter(record(accepted, by=actor(request), at=timezone.now()) if accepted else [])
        results = [bulk_result(event if isinstance(event, ApiError) else next(outcomes)) for event in read]
        return Response(
            {"results": results, "total": len(results), "errors": sum("error" in result for result in results)}
        )


def _read(request: Request, event: Any) -> Incoming | ApiError:
    try:
        body = values.as_object(event)
        if body is None:
            raise bad_request("Each event must be an object")
        incoming = check_scope(request, read_event(body))
        if incoming.guest:
            raise bad_request("Guest checkouts are not accepted in bulk: send each by itself to /events")
        return incoming
    except ApiError as error:
        return error
