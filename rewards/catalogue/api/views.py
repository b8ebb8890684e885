"""`/entities/rewards`: what existing clients call the list of rewards."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.docs.describe import Example, Operation
from loyalty.api.docs.shapes import list_of, shape
from loyalty.api.entities.docs import PAGE
from loyalty.api.entities.pairs import EntityPair
from loyalty.api.entities.views import Entities
from loyalty.api.lists.parameters import parameters_of
from rewards.catalogue.filters import RewardFilters

from .entities import EXAMPLE_CREATED, EXAMPLE_SENT, PAIR
from .schemas import CREATED, LATTE, NEW_REWARD, REWARD

LIST_REWARDS = Operation(
    "List rewards",
    shape("Rewards", {"data": list_of(REWARD)}),
    "The same as `/entities/rewards/reward`. Archived ones are not listed.",
    parameters=[*PAGE, *parameters_of(RewardFilters)],
    refusals={400: "300121, 300123: `offset` or `limit`. 300122: what is not searchable."},
    examples=[Example("The first one", None, {"data": [LATTE]}, query={"limit": "1"})],
)
CREATE_REWARD = Operation(
    "Create a reward",
    CREATED,
    "The same as `PUT /entities/rewards/reward`.",
    body=NEW_REWARD,
    refusals={400: "0: a property is missing or wrong, or the ID is taken."},
    examples=[Example("A reward", EXAMPLE_SENT, EXAMPLE_CREATED)],
)


class Rewards(Entities):
    operations = {"get": LIST_REWARDS, "put": CREATE_REWARD}

    def pair(self) -> EntityPair:
        return PAIR

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, PAIR.module, PAIR.entity)

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().put(request, PAIR.module, PAIR.entity)
