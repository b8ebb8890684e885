"""The Display API's rewards: those that a customer can see, one of them, and those that they have claimed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from events.api.display.views import DisplayView
from loyalty.api.lists.paging import check_names, neighbours
from loyalty.api.problems import bad_request, not_found
from loyalty.catalogue.queries import store_names
from rewards.catalogue.models import Reward
from rewards.catalogue.queries import reward_named, rewards_to_list
from rewards.claims.codes import NOT_ACTIVE
from rewards.claims.offers import Offer, claimed_offers, is_shown, library, offers_of, with_claims

from .docs import LIST_AVAILABLE, LIST_CLAIMED, SHOW
from .objects import Teller
from .reading import (
    AVAILABLE_SORTS,
    CLAIMED_FIELDS,
    CLAIMED_SORTS,
    LIST_FIELDS,
    Asked,
    fields_in,
    read_list,
)

WITH_CLAIMS = frozenset({"claims", "events"})


class RewardView(DisplayView):
    # What is said of a reward that is not there, or not to be seen.
    no_reward = "Not Found"

    def reward(self, slug: str, *, listed: bool = True) -> Reward:
        """Raises ApiError: 404 for none, for an archived one, and, if it must be listed, for a hidden one."""
        found = reward_named(slug)
        if found is None or (listed and found.hidden):
            raise not_found(self.no_reward)
        return found


class AvailableRewards(RewardView):
    operations = {"get": LIST_AVAILABLE}

    def get(self, request: Request, public_id: str) -> Response:
        asked = read_list(request.query_params, AVAILABLE_SORTS, LIST_FIELDS)
        customer, at = self.customer(public_id), timezone.now()
        offers = [one for one in offers_of(customer, at, list(rewards_to_list(asked.fields))) if is_shown(one, at)]
        page = page_of(offers, asked)
        if asked.fields & WITH_CLAIMS:
            page = with_claims(customer, page)
        teller = Teller(customer, at, asked.fields, library())
        more = len(offers) > asked.page.offset + asked.page.limit
        return Response({"data": [teller.available(one) for one in page], **neighbours(request, asked.page, more=more)})


class AvailableReward(RewardView):
    operations = {"get": SHOW}

    def get(self, request: Request, public_id: str, reward_id: str) -> Response:
        check_names(request.query_params, {"fields"})
        customer, at = self.customer(public_id), timezone.now()
        [offer] = offers_of(customer, at, [self.reward(reward_id)])
        if not is_shown(offer, at):
            raise bad_request("Reward is not active", NOT_ACTIVE)
        fields = fields_in(request.query_params, LIST_FIELDS)
        if fields & WITH_CLAIMS:
            [offer] = with_claims(customer, [offer])
        return Response(Teller(customer, at, fields, library()).detailed(offer, _stores(offer.reward)))


class ClaimedRewards(RewardView):
    """Whatever became of them since: inactive ones and those whose time is over, too."""

    operations = {"get": LIST_CLAIMED}

    def get(self, request: Request, public_id: str) -> Response:
        asked = read_list(request.query_params, CLAIMED_SORTS, CLAIMED_FIELDS)
        customer, at = self.customer(public_id), timezone.now()
        offers = claimed_offers(customer, at)
        page = with_claims(customer, page_of(offers, asked))
        teller = Teller(customer, at, asked.fields, library())
        more = len(offers) > asked.page.offset + asked.page.limit
        answer: dict[str, Any] = {"data": [teller.of_claims(one) for one in page], "total": len(offers)}
        return Response({**answer, **neighbours(request, asked.page, more=more)})


def _stores(reward: Reward) -> list[dict[str, str]]:
    names = store_names(reward.stores)
    return [{"id": id, "name": names.get(id, id)} for id in reward.stores]


def page_of(offers: Sequence[Offer], asked: Asked) -> Sequence[Offer]:
    """In the order that is asked for, else as they come; those that have no such date come last."""
    found = list(offers)
    if asked.sort == "order":
        found.sort(key=lambda one: (one.reward.position, one.reward.pk), reverse=asked.descending)
    if read := _DATES.get(asked.sort):
        dated = [one for one in found if read(one)]
        undated = [one for one in found if not read(one)]
        found = [*sorted(dated, key=read, reverse=asked.descending), *undated]
    start = asked.page.offset
    return found[start : start + asked.page.limit]


_DATES: Mapping[str, Any] = {
    "starts_at": lambda one: one.reward.starts_at,
    "ends_at": lambda one: one.reward.ends_at,
    "first_claimed_at": lambda one: one.claimed.first_at,
    "last_claimed_at": lambda one: one.claimed.last_at,
}
