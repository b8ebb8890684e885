"""`/entities/Rewards`: what existing clients call the list of rewards, in any letter case and with a slash behind it."""

from typing import Any

from django.urls.converters import StringConverter
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.docs.describe import Example, Operation, Parameter
from loyalty.api.docs.shapes import list_of, shape
from loyalty.api.entities.docs import PAGE
from loyalty.api.entities.pairs import UNKNOWN_TYPE, EntityPair
from loyalty.api.entities.views import Entities
from loyalty.api.problems import bad_request

from .entities import EXAMPLE_CREATED, EXAMPLE_SENT, PAIR
from .schemas import CREATED, LATTE, NEW_REWARD, REWARD


def _any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" for letter in word)


class RewardListConverter(StringConverter):
    """A word with or without a slash, of which the view knows one; and `rewards/reward/`, whose form without the slash is
    that of all types."""

    regex = rf"[^/]+/?|{_any_case('rewards')}/{_any_case('reward')}/"


_ALIAS = Parameter("alias", "`rewards`, in any letter case.", example="Rewards", place="path")
_SEARCH = [Parameter(name, "Exactly this.", example=example) for name, example in PAIR.searchable.items()]
LIST_REWARDS = Operation(
    "List rewards",
    shape("Rewards", {"data": list_of(REWARD)}),
    "The same as `/entities/rewards/reward`. Archived ones are not listed.",
    parameters=[_ALIAS, *PAGE, *_SEARCH],
    refusals={400: "350300: another word. 300121, 300123: `offset` or `limit`. 300122: what is not searchable."},
    examples=[Example("The first one", None, {"data": [LATTE]}, query={"limit": "1"})],
)
CREATE_REWARD = Operation(
    "Create a reward",
    CREATED,
    "The same as `PUT /entities/rewards/reward`.",
    parameters=[_ALIAS],
    body=NEW_REWARD,
    refusals={400: "350300: another word. 0: a property is missing or wrong, or the ID is taken."},
    examples=[Example("A reward", EXAMPLE_SENT, EXAMPLE_CREATED)],
)


class Rewards(Entities):
    operations = {"get": LIST_REWARDS, "put": CREATE_REWARD}

    def pair(self) -> EntityPair:
        """Raises ApiError: 350300."""
        if self.kwargs["alias"].lower().rstrip("/") not in (PAIR.module, PAIR.type):
            raise bad_request("Entity type does not exist", UNKNOWN_TYPE)
        return PAIR

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, PAIR.module, PAIR.entity)

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().put(request, PAIR.module, PAIR.entity)
