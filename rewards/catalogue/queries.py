"""Reads of rewards: which there are, their texts, and how many are left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower

from .enums import RewardStatus
from .models import Reward, RewardCategory
from .stock import left_of, taken_of

CF = "cf_"
# What lists never tell, most of it long; and what they tell if they are asked, by the name in `fields`.
NOT_LISTED = ("content", "claim_button_label", "webhook_data")
OF_FIELDS = {"custom_data": "custom_data", "instructions": "redeem_instructions", "terms": "terms"}


@dataclass(frozen=True)
class RewardLine:
    """A reward with what became of it. `taken`: the claims that stand."""

    reward: Reward
    taken: int

    @property
    def left(self) -> int | None:
        return left_of(self.reward.stock, self.taken)


def rewards() -> QuerySet[Reward]:
    """Without archived ones, in the order in which they are shown."""
    return Reward.objects.exclude(status=RewardStatus.ARCHIVED).select_related("category").order_by("position", "id")


def rewards_to_list(fields: Collection[str]) -> QuerySet[Reward]:
    """Those of `rewards` for a list: what it neither tells nor is asked for by `fields` is read when it is wanted."""
    more = {name for name in OF_FIELDS if name not in fields}
    if any(name.startswith(CF) for name in fields):
        more.discard("custom_data")
    return rewards().defer(*NOT_LISTED, *(OF_FIELDS[name] for name in more))


def reward_named(slug: str) -> Reward | None:
    return None if "\x00" in slug else rewards().filter(slug=slug).first()


def lines_of(found: Sequence[Reward]) -> list[RewardLine]:
    """One query for all of them, where somebody counts claims."""
    taken = taken_of([one.pk for one in found])
    return [RewardLine(one, taken[one.pk]) for one in found]


def custom_fields(reward: Reward) -> dict[str, Any]:
    """Those that stand beside the other fields."""
    return {name: value for name, value in reward.custom_data.items() if name.startswith(CF)}


def categories() -> QuerySet[RewardCategory]:
    return RewardCategory.objects.order_by("position", "slug")


def numbers_in_categories() -> dict[int, int]:
    """How many rewards, archived ones aside, each has."""
    found = Reward.objects.exclude(status=RewardStatus.ARCHIVED).values_list("category").annotate(number=Count("id"))
    return {category: number for category, number in found.order_by() if category}


def same_id(slug: str) -> bool:
    """Whether a reward has the ID, or had it before it was archived. IDs that differ by case alone are told apart by nobody."""
    return Reward.objects.annotate(folded=Lower("slug")).filter(folded=slug.lower()).exists()
