"""Events that integrators send, by whatever address of the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from rest_framework.request import Request

from loyalty.api.access.authentication import may_fix_points
from loyalty.api.access.guesses import Guessed, check_guesses, count_miss
from loyalty.api.access.scopes import check_action, check_scheme, is_client_side, key_of
from loyalty.api.client_side import check_event
from loyalty.api.views import ApiView
from loyalty.contributions import contributed
from loyalty.engine.events import POINTS_REWARDED, Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.engine.status import ERASED
from loyalty.http.origin import origin_of

from .sources import Source


@dataclass(frozen=True)
class GuessedEvents:
    """Contributed: which events name something secret, and the refusal that says it was a miss."""

    guessed: Guessed
    concerns: Callable[[Incoming], bool]
    code: int


def actor(request: Request, *grants: str) -> Actor:
    """The integrator, and what the request tells of where it came from. `grants`: what the address may send, and a plain
    event may not."""
    origin = origin_of(request._request)
    return Actor(
        source=Source.API.value,
        api_key_id=request.user.pk,
        ip_address=origin.ip_address,
        user_agent=origin.user_agent,
        grants=frozenset((*grants, *([POINTS_REWARDED] if may_fix_points(request) else ()))),
        is_page=is_client_side(request),
    )


def check_scope(request: Request, incoming: Incoming, before: Sequence[Incoming] = ()) -> Incoming:
    """The event, if the key may record it; asked of every event that comes by the API. `before`: those of the same request
    that come first. Raises ApiError."""
    key = key_of(request)
    check_action(key, incoming.action)
    check_scheme(key, incoming.scheme)
    if is_client_side(request):
        check_event(incoming.data, incoming.account, guest=incoming.guest)
    for one in contributed(GuessedEvents):
        if one.concerns(incoming):
            ahead = sum(other.customer == incoming.customer and one.concerns(other) for other in before)
            check_guesses(one.guessed, key, incoming.customer, ahead=ahead)
    return incoming


def note_misses(request: Request, incoming: Incoming, outcome: Outcome) -> None:
    """Count what was guessed and missed; asked for every event that came by the API, once it is recorded or refused."""
    if outcome.error is not None:
        for one in contributed(GuessedEvents):
            if outcome.error.code == one.code and one.concerns(incoming):
                count_miss(one.guessed, key_of(request), incoming.customer)


def record_for(view: ApiView, incoming: Incoming, *grants: str) -> Outcome:
    """Record what the view was asked for; its answer concerns the customer. Raises Refused, and ApiError by the key's scope."""
    check_scope(view.request, incoming)
    [outcome] = record([incoming], by=actor(view.request, *grants), at=timezone.now())
    note_misses(view.request, incoming, outcome)
    if outcome.state and not incoming.guest:
        customer = outcome.state.customer
        view.concerns(customer.id, erased=customer.status in ERASED)
    if outcome.error:
        raise outcome.error
    return outcome
