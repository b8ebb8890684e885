"""What a customer does with rewards by the Display API: claims one, gives it back, bids for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.lookups import identity_asked
from customers.api.objects import customer_objects, read_fields
from customers.models import Customer
from loyalty.api.lists.paging import check_names
from loyalty.api.once.answers import idempotency_key
from loyalty.api.problems import ApiError, not_found, unknown_customer
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.reduce import UnknownCustomer
from loyalty.intake.api import actor, check_scope, record_for
from loyalty.refusals import Refused
from rewards.catalogue.models import Reward
from rewards.claims.actions import CLAIM, CLAIMS, COUNT, EVENT, PLACE_BID, POINTS, REVOKE
from rewards.claims.actions import REWARD as NAME
from rewards.claims.asking import asks_others, codes_for
from rewards.claims.life.claiming import UnknownReward
from rewards.claims.offers import library, offers_of
from rewards.claims.operations import record_bid
from rewards.claims.queries import coupons_of
from rewards.claims.rows import MADE, ClaimRow
from rewards.claims.rules import Asked

from .display import RewardView
from .docs import BID, CLAIM_REWARD, REVOKE_CLAIM
from .objects import Teller, coupons_told, moment
from .reading import event_in, whole_in

# Who wants what.
Wanted = tuple[Customer, Reward, Asked]


def codes_before(view: RewardView, read: Callable[[], Wanted]) -> AbstractContextManager[None]:
    """Around a claim by the API: codes that another system gives. What is wrong with the request is left to the claim."""
    if not asks_others(view.kwargs["reward_id"]):
        return nullcontext()
    try:
        return codes_for(*read(), key=idempotency_key(view.request) or "")
    except (ApiError, Refused):
        return nullcontext()


class RewardAct(RewardView):
    def record(self, public_id: str, action: str, data: dict[str, Any]) -> Outcome:
        """One event, by the identity of the address. Raises Refused, ApiError."""
        scheme, value = identity_asked(self.request, public_id)
        known = {name: said for name, said in data.items() if said is not None}
        try:
            return record_for(self, Incoming(value, action, known, scheme=scheme, must_exist=True), CLAIMS)
        except UnknownCustomer:
            raise unknown_customer() from None
        except UnknownReward:
            raise not_found(self.no_reward) from None


class ClaimReward(RewardAct):
    operations = {"post": CLAIM_REWARD}

    def around_write(self) -> AbstractContextManager[None]:
        return codes_before(self, self._wanted)

    def _wanted(self) -> Wanted:
        body = self.body()
        asked = Asked(whole_in(body, "count") or 1, whole_in(body, "points"))
        return self.customer(self.kwargs["public_id"]), self.reward(self.kwargs["reward_id"]), asked

    def post(self, request: Request, public_id: str, reward_id: str) -> Response:
        check_names(request.query_params, {"fields"})
        body = self.body()
        data = {NAME.name: reward_id, COUNT.name: whole_in(body, "count"), POINTS.name: whole_in(body, "points")}
        made = self.record(public_id, CLAIM.name, data)
        return Response({**claim_answer(made), **self._asked(public_id, reward_id)})

    def _asked(self, public_id: str, slug: str) -> dict[str, Any]:
        """`fields=customer,reward`: read where they are asked for, as they are after the claim."""
        fields, found = read_fields(self.request.query_params.get("fields", "")), dict[str, Any]()
        if not fields & {"customer", "reward"}:
            return found
        customer = self.customer(public_id)
        if "customer" in fields:
            [found["customer"]] = customer_objects([customer], frozenset())
        if "reward" in fields:
            at = timezone.now()
            [offer] = offers_of(customer, at, [self.reward(slug, listed=False)])
            found["reward"] = Teller(customer, at, library=library()).detailed(offer)
        return found


def claim_answer(made: Outcome) -> dict[str, Any]:
    """What came of a claim: `coupon` is the first of its coupons. Of the claim and its customer nothing is read, so that the
    engine's last statements go with the answer."""
    assert made.state is not None
    claim: ClaimRow = made.state.part(MADE)[made.events[0].id]
    coupons = coupons_told(coupons_of([claim])[claim.event_id], made.state.customer.public_id, timezone.now())
    found = {"spent": claim.spent, "id": str(claim.event_id), "last_claimed_at": moment(claim.claimed_at)}
    return {**found, **({"coupon": coupons[0], "coupons": coupons} if coupons else {})}


class RevokeClaim(RewardAct):
    operations = {"post": REVOKE_CLAIM}

    def post(self, request: Request, public_id: str, reward_id: str) -> Response:
        check_names(request.query_params, ())
        self.customer(public_id)
        reward = self.reward(reward_id, listed=False)
        self.record(public_id, REVOKE.name, {EVENT.name: event_in(self.body()), NAME.name: reward.slug})
        return Response({})


class PlaceBid(RewardAct):
    operations = {"post": BID}

    def post(self, request: Request, public_id: str, reward_id: str) -> Response:
        check_names(request.query_params, ())
        customer, reward = self.customer(public_id), self.reward(reward_id)
        amount, at = whole_in(self.body(), "amount"), timezone.now()
        check_scope(request, Incoming(customer.public_id, PLACE_BID.name, {}))
        self.concerns(customer.pk)
        record_bid(customer.public_id, reward.slug, by=actor(request, CLAIMS), at=at, amount=amount)
        [offer] = offers_of(customer, at, [reward])
        return Response(Teller(customer, at).bidding(offer))
