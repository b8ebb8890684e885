"""`/rewards`: the older addresses, which name the customer in the query or the body."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.lookups import customer_asked
from customers.fields.models import Field
from customers.models import Customer
from loyalty.api.lists.paging import INVALID_PARAMETER, MAX_LIMIT, MAX_OFFSET, check_names, page_in
from loyalty.api.problems import bad_request, not_found
from loyalty.engine.status import Status
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import rewards
from rewards.catalogue.texts import text_in
from rewards.claims.actions import CLAIM
from rewards.claims.actions import REWARD as NAME
from rewards.claims.offers import is_shown, offers_of, open_offers
from rewards.claims.rules import ONE

from .acts import RewardAct, Wanted, claim_answer, codes_before
from .codes import LEGACY_NOT_ACTIVE
from .docs import LEGACY_CLAIM, LEGACY_LIST, LEGACY_SHOW
from .objects import told
from .reading import whole_in

DEFAULT_LIMIT = 10
_PARAMETERS = {"limit", "page", "min_price", "max_price", "customer", "external_id"}


class OlderAddress(RewardAct):
    no_reward = "Reward not found"


class LegacyRewards(OlderAddress):
    """Available ones; with a customer, those that this one can see, at their prices."""

    operations = {"get": LEGACY_LIST}

    def get(self, request: Request) -> Response:
        query = request.query_params
        check_names(query, _PARAMETERS)
        start, stop = self._page()
        least, most = whole_in(query, "min_price", least=0), whole_in(query, "max_price", least=0)
        customer = named_customer(request, query)
        at, listed = timezone.now(), list(rewards())
        offers = offers_of(customer, at, listed) if customer else open_offers(listed)
        shown = [
            one
            for one in offers
            if is_shown(one, at)
            and (least is None or (one.price is not None and one.price >= least))
            and (most is None or (one.price is not None and one.price <= most))
        ]
        return Response({"data": [legacy_object(one.reward, one.price, customer) for one in shown[start:stop]]})

    def _page(self) -> tuple[int, int]:
        """`page` counts from 0."""
        query = self.request.query_params
        limit = page_in({"limit": query.get("limit")}, default=DEFAULT_LIMIT, most=MAX_LIMIT).limit
        number = whole_in(query, "page", least=0) or 0
        if number * limit > MAX_OFFSET:
            raise bad_request(f"page must be a whole number from 0 to {MAX_OFFSET // limit}", INVALID_PARAMETER)
        return number * limit, (number + 1) * limit


class LegacyReward(OlderAddress):
    operations = {"get": LEGACY_SHOW}

    def get(self, request: Request, reward_id: str) -> Response:
        """A list of one, as existing clients expect."""
        check_names(request.query_params, ())
        [offer] = open_offers([self.reward(reward_id)])
        if not is_shown(offer, timezone.now()):
            raise not_found(self.no_reward)
        return Response([legacy_object(offer.reward, offer.price, None)])


class LegacyClaim(OlderAddress):
    operations = {"post": LEGACY_CLAIM}

    def around_write(self) -> AbstractContextManager[None]:
        return codes_before(self, self._wanted)

    def _wanted(self) -> Wanted:
        customer = named_customer(self.request, self.body())
        if customer is None:
            raise not_found()
        return customer, self.reward(self.kwargs["reward_id"]), ONE

    def post(self, request: Request, reward_id: str) -> Response:
        check_names(request.query_params, ())
        body = self.body()
        customer = named_customer(request, body)
        if customer is None:
            raise bad_request("'customer' property is required: the ID of a customer")
        if customer.status == Status.INACTIVE:
            raise bad_request("Customer is not active", LEGACY_NOT_ACTIVE)
        made = self.record(customer.public_id, CLAIM.name, {NAME.name: reward_id})
        answer = claim_answer(made)
        coupon = answer.get("coupon")
        brief = {"coupon": {"code": coupon["code"], "type": coupon["type"]}} if coupon else {}
        return Response({"spent": answer["spent"], **brief})


def named_customer(request: Request, asked: Mapping[str, Any]) -> Customer | None:
    """By `customer`; with `external_id` by the value of that field; by `external_id` alone if it says both, or if there is
    one such field only. Raises ApiError."""
    name, external = (_id(asked, one) for one in ("customer", "external_id"))
    if not external:
        return customer_asked(request, name) if name else None
    if not name:
        return customer_asked(request, external if ":" in external else f"{_only_field()}:{external}")
    return customer_asked(request, f"{external}:{name}")


def _id(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name) or ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_request(f"'{name}' must be an ID")
    return str(value)


def _only_field() -> str:
    fields = Field.objects.filter(external_id=True).values_list("slug", flat=True)[:2]
    if len(fields) != 1:
        raise bad_request("'external_id' must be the field and the value, such as card:1234")
    return str(fields[0])


def legacy_object(reward: Reward, price: int | None, customer: Customer | None) -> dict[str, Any]:
    language = (customer.language if customer else None) or ""
    return told(
        {
            "id": reward.slug,
            "name": text_in(reward.name, language),
            "category": text_in(reward.category.name, language) if reward.category else None,
            "price": price,
            "image_url": reward.image_url or None,
            "description": text_in(reward.description, language) or None,
        }
    )
