"""The program file's `reward_categories`, and its `reward_messages`: what customers are told who cannot claim a reward."""

from typing import Any

from loyalty.program.section import Section, changed, choice, fields, whole
from rewards.catalogue.enums import CategoryStatus, ReasonCode
from rewards.catalogue.models import RewardCategory, RewardMessage

from .words import ID, texts, told


def read_categories() -> list[dict[str, Any]]:
    rows = RewardCategory.objects.values_list("slug", "name", "status", "position")
    found = [{"id": id, "name": name, "status": status, "position": position} for id, name, status, position in rows]
    return sorted(found, key=lambda item: item["id"])


def write_categories(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    for item in changed(wanted, current):
        columns = {name: item[name] for name in ("name", "status", "position")}
        RewardCategory.objects.update_or_create(slug=item["id"], defaults=columns)


def tidy_category(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "name": told(item["name"])}


def read_messages() -> list[dict[str, Any]]:
    found = RewardMessage.objects.order_by("code").values_list("code", "texts")
    return [{"id": code, "texts": texts} for code, texts in found]


def write_messages(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    for item in changed(wanted, current):
        RewardMessage.objects.update_or_create(code=item["id"], defaults={"texts": item["texts"]})


def tidy_message(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "texts": told(item["texts"])}


REWARD_CATEGORIES = Section(
    name="reward_categories",
    key="id",
    schema=fields(
        {
            "id": ID,
            "name": texts(100),
            "status": choice(CategoryStatus.values, default=CategoryStatus.ACTIVE.value),
            "position": {**whole(0, 1_000_000), "default": 0},
        },
        "id",
    ),
    read=read_categories,
    write=write_categories,
    tidy=tidy_category,
)
REWARD_MESSAGES = Section(
    name="reward_messages",
    key="id",
    schema=fields(
        {
            "id": choice(ReasonCode.values, description="Why somebody cannot claim a reward."),
            "texts": texts(500, description="Numbers of the reason by their names in braces, such as {missing}."),
        },
        "id",
        "texts",
    ),
    read=read_messages,
    write=write_messages,
    tidy=tidy_message,
)
