"""What staff do with the categories of rewards, and with what customers are told who cannot claim one."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.sender import Sender
from rewards.catalogue.enums import ReasonCode
from rewards.catalogue.models import RewardCategory, RewardMessage
from rewards.catalogue.operations import APPROVED
from rewards.catalogue.rights import CONFIGURE_REWARDS
from rewards.catalogue.sections.categories import read_categories, read_messages
from rewards.catalogue.sections.writing import NoSuchCategory, TakenId, changes, write


@operation(right=CONFIGURE_REWARDS, audit="reward_category.create", approvable=APPROVED)
def create_category(*, values: Mapping[str, Any], by: Sender, slug: str = "") -> Deed[RewardCategory]:
    """`values`: name by language, and status, position if they are known. Raises Invalid naming the field, TakenId."""
    if slug and RewardCategory.objects.filter(slug__iexact=slug).exists():
        raise TakenId(slug)
    slug = slug or token_hex(12)
    write("reward_categories", [{**values, "id": slug}], by)
    return Deed(RewardCategory.objects.get(slug=slug), subject=_subject(slug), after=dict(values))


@operation(right=CONFIGURE_REWARDS, audit="reward_category.change", approvable=APPROVED)
def change_category(*, slug: str, values: Mapping[str, Any], by: Sender) -> Deed[None]:
    """Those of the values that are given. Raises NoSuchCategory, Invalid naming the field."""
    before = _category(slug)
    if before is None:
        raise NoSuchCategory(slug)
    write("reward_categories", [{**values, "id": slug}], by)
    was, now = changes(before, _category(slug) or {})
    return Deed(None, subject=_subject(slug), before=was, after=now) if now else Nothing(None)


@operation(right=CONFIGURE_REWARDS, audit="reward_message.change", approvable=APPROVED)
def change_message(*, code: ReasonCode, texts: Mapping[str, str], by: Sender) -> Deed[None]:
    """By language; what is left out is said in our words. Raises Invalid naming the field."""
    before = RewardMessage.objects.filter(code=code).values_list("texts", flat=True).first() or {}
    write("reward_messages", [{"id": ReasonCode(code).value, "texts": dict(texts)}], by)
    after = next(item["texts"] for item in read_messages() if item["id"] == code)
    if before == after:
        return Nothing(None)
    return Deed(None, subject=f"reward_message:{code}", before={"texts": before}, after={"texts": after})


def _category(slug: str) -> dict[str, Any] | None:
    return next((item for item in read_categories() if item["id"] == slug), None)


def _subject(slug: str) -> str:
    return f"reward_category:{slug}"
