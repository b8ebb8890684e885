"""`/customers/{id}/activities`: what a customer can do, of whatever kind. Until there are campaigns, rewards are all of it."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.lists.paging import INVALID_PARAMETER, check_names
from loyalty.api.problems import bad_request
from rewards.catalogue.queries import rewards
from rewards.claims.offers import is_shown, library, offers_of

from .display import RewardView
from .docs import ACTIVITIES, EARN, SPEND
from .objects import Teller
from .reading import fields_in

REWARD = "reward"
# As they are published; those that there is no module for have nothing to list.
TYPES = (
    "challenge", REWARD, "social_share", "profiling", "offer", "treasure", "offline_treasure", "contest",
    "incentivized_purchase", "content_consumption", "social_follow", "review", "friend_referral", "instagram_contests",
    "prize wheels", "quiz", "campaign",
)  # fmt: skip


class Activities(RewardView):
    operations = {"get": ACTIVITIES}

    def get(self, request: Request, public_id: str) -> Response:
        query = request.query_params
        check_names(query, {"activity_types", "fields"})
        asked = {part.strip() for part in query.get("activity_types", "").split(",") if part.strip()}
        if unknown := sorted(asked - set(TYPES)):
            raise bad_request(f"activity_types cannot be {unknown[0][:64]}: {', '.join(TYPES)} can", INVALID_PARAMETER)
        return self.answer(public_id, has_rewards=not asked or REWARD in asked)

    def answer(self, public_id: str, *, has_rewards: bool) -> Response:
        customer, at = self.customer(public_id), timezone.now()
        teller = Teller(customer, at, fields_in(self.request.query_params, ()), library())
        listed = list(rewards()) if has_rewards else []
        offers = [one for one in offers_of(customer, at, listed) if is_shown(one, at)] if listed else []
        return Response({"data": [{**teller.available(one), "activity_type": REWARD} for one in offers]})


class SpendActivities(Activities):
    operations = {"get": SPEND}

    def get(self, request: Request, public_id: str) -> Response:
        check_names(request.query_params, {"fields"})
        return self.answer(public_id, has_rewards=True)


class EarnActivities(Activities):
    """Nothing yet earns points by itself: what would be listed here comes with its module."""

    operations = {"get": EARN}

    def get(self, request: Request, public_id: str) -> Response:
        check_names(request.query_params, {"fields"})
        return self.answer(public_id, has_rewards=False)
