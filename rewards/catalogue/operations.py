"""What staff and integrators do with rewards: create, change, clone, activate, archive, restore and put them in order."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.program.section import Invalid
from loyalty.staff.audit.deeds import Approvable, Deed, Nothing, operation
from loyalty.staff.sender import Sender

from .enums import RewardStatus
from .models import Reward
from .queries import reward_named, rewards, same_id
from .rights import CONFIGURE_REWARDS
from .sections.program import read_reward
from .sections.writing import (
    NoSuchCategory,
    NoSuchReward,
    NotThatStatus,
    TakenId,
    changes,
    given,
    refuse_fixed,
    refuse_unknown_stores,
    write,
)
from .stock import left_of, taken_of

APPROVED = Approvable("rewards", _("Rewards"), (Invalid, NoSuchReward, NoSuchCategory, TakenId, NotThatStatus))
MOST_REWARDS = 1_000


@operation(right=CONFIGURE_REWARDS, audit="reward.create", approvable=APPROVED)
def create_reward(*, values: Mapping[str, Any], by: Sender, slug: str = "") -> Deed[Reward]:
    """An inactive one. `values` as the program file has them, without `id` and `status`; a slug is made up unless one is
    given. Raises Invalid naming the field, TakenId."""
    made = _create({**values, "status": RewardStatus.INACTIVE.value}, slug, by)
    return Deed(made, subject=_subject(made), after=given(read_reward(made)))


@operation(right=CONFIGURE_REWARDS, audit="reward.clone", approvable=APPROVED)
def clone_reward(*, slug: str, by: Sender) -> Deed[Reward]:
    """The same again, inactive, behind it, and with as many as the other has left. Raises NoSuchReward, Invalid."""
    reward = _named(slug)
    left = left_of(reward.stock, taken_of([reward.pk])[reward.pk])
    values = {**read_reward(reward), "status": RewardStatus.INACTIVE.value, "stock": left}
    made = _create(values, "", by)
    return Deed(made, subject=_subject(made), after={"of": slug, "name": made.name})


@operation(right=CONFIGURE_REWARDS, audit="reward.change", approvable=APPROVED)
def change_reward(
    *, slug: str, values: Mapping[str, Any], by: Sender, left: int | None = None, is_active: bool | None = None
) -> Deed[Reward]:
    """Those of the values that are given, as the program file has them, but not `id`, `type` and `status`. `left`: so many
    are left from now on, in place of `stock`. Raises NoSuchReward, Invalid naming the field."""
    reward = _named(slug)
    refuse_fixed(values)
    if is_active is not None:
        values = {**values, "status": (RewardStatus.ACTIVE if is_active else RewardStatus.INACTIVE).value}
    if left is not None:
        values = {**values, "stock": left + taken_of([reward.pk])[reward.pk]}
    return _changed(reward, values, by)


@operation(right=CONFIGURE_REWARDS, audit="reward.activate", approvable=APPROVED)
def activate_reward(*, slug: str, by: Sender) -> Deed[Reward]:
    """Raises NoSuchReward; Invalid naming the field that an active one must have."""
    return _changed(_named(slug), {"status": RewardStatus.ACTIVE.value}, by)


@operation(right=CONFIGURE_REWARDS, audit="reward.deactivate", approvable=APPROVED)
def deactivate_reward(*, slug: str, by: Sender) -> Deed[Reward]:
    """Raises NoSuchReward."""
    return _changed(_named(slug), {"status": RewardStatus.INACTIVE.value}, by)


@operation(right=CONFIGURE_REWARDS, audit="reward.archive", approvable=APPROVED)
def archive_reward(*, slug: str, by: Sender) -> Deed[None]:
    """It is in no list, on no page and in no answer until it is restored. Raises NoSuchReward, NotThatStatus."""
    reward = _named(slug)
    if reward.status != RewardStatus.INACTIVE:
        raise NotThatStatus("Only inactive rewards can be archived")
    return _moved(reward, RewardStatus.ARCHIVED, by)


@operation(right=CONFIGURE_REWARDS, audit="reward.restore")
def restore_reward(*, slug: str, by: Sender) -> Deed[None]:
    """An archived one is inactive again. Raises NoSuchReward for what is not archived."""
    reward = Reward.objects.filter(slug=slug, status=RewardStatus.ARCHIVED).first()
    if reward is None:
        raise NoSuchReward(slug)
    return _moved(reward, RewardStatus.INACTIVE, by)


@operation(right=CONFIGURE_REWARDS, audit="reward.reorder", approvable=APPROVED)
def reorder_rewards(*, slugs: Sequence[str], by: Sender) -> Deed[None]:
    """These come first, in this order; the others after them, as they are. Raises NoSuchReward."""
    before = list(rewards().values_list("slug", flat=True)[:MOST_REWARDS])
    if unknown := set(slugs) - set(before):
        raise NoSuchReward(sorted(unknown)[0])
    order = list(dict.fromkeys([*slugs, *before]))
    if order == before:
        return Nothing(None)
    write("rewards", [{"id": slug, "position": place} for place, slug in enumerate(order, 1)], by)
    moved = [slug for slug, was in zip(order, before, strict=True) if slug != was]
    return Deed(None, subject="reward", after={"order": moved[:50]})


def _named(slug: str) -> Reward:
    found = reward_named(slug)
    if found is None:
        raise NoSuchReward(slug)
    return found


def _create(values: Mapping[str, Any], slug: str, by: Sender) -> Reward:
    if slug and same_id(slug):
        raise TakenId(slug)
    refuse_unknown_stores(values, {})
    item = {**values, "id": slug or token_hex(12)}
    write("rewards", [item], by)
    return Reward.objects.select_related("category").get(slug=item["id"])


def _changed(reward: Reward, values: Mapping[str, Any], by: Sender) -> Deed[Reward]:
    before = read_reward(reward)
    refuse_unknown_stores(values, before)
    write("rewards", [{**values, "id": reward.slug}], by)
    after = Reward.objects.select_related("category").get(pk=reward.pk)
    was, now = changes(before, read_reward(after))
    return Deed(after, subject=_subject(after), before=was, after=now) if now else Nothing(after)


def _moved(reward: Reward, status: RewardStatus, by: Sender) -> Deed[None]:
    was = reward.status
    write("rewards", [{"id": reward.slug, "status": status.value}], by)
    return Deed(None, subject=_subject(reward), before={"status": was}, after={"status": status.value})


def _subject(reward: Reward) -> str:
    return f"reward:{reward.slug}"
