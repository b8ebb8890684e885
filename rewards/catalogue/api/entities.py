"""`/entities/rewards/reward`: created inactive, read, changed but for ID and type, and archived once they are inactive."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loyalty.api.entities.calls import UNIQUE
from loyalty.api.entities.pairs import Caller, EntityPair, EntityWrites, HiddenEntity
from loyalty.api.problems import ApiError, bad_request
from loyalty.program.section import Invalid
from rewards.catalogue.enums import SHOWN, RewardStatus
from rewards.catalogue.filters import RewardFilters
from rewards.catalogue.models import ID, LONGEST_ID, Reward
from rewards.catalogue.operations import archive_reward, change_reward, create_reward
from rewards.catalogue.queries import CF, reward_named, rewards
from rewards.catalogue.sections.program import MOST
from rewards.catalogue.sections.program import read_reward as item_of
from rewards.catalogue.sections.writing import NoSuchReward, NotThatStatus, TakenId

from .objects import reward_objects
from .reading import SPELLINGS, Written, WrongProperty, read_reward
from .schemas import CHANGED_REWARD, CREATED, LATTE, NEW_REWARD, REWARD

CATEGORIES = HiddenEntity("rewards", "category")
REQUIRED = ("name", "type")
# Places in the file, such as `rewards[0].name.en`.
_FIELD = re.compile(r"(?:rewards(?:\[[^\]]*\])?\.)?(\w+)(.*)", re.DOTALL)


def _listed(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    found = RewardFilters(asked, rewards()).exact.order_by("slug")
    return reward_objects(list(found[start:stop]))


def _found(id: str) -> dict[str, Any] | None:
    found = reward_named(id)
    return reward_objects([found])[0] if found else None


def _create(body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    for name in REQUIRED:
        if body.get(name) in (None, "", {}):
            raise bad_request(f"'{name}' property is required")
    if body.get("status", RewardStatus.INACTIVE) != RewardStatus.INACTIVE:
        raise bad_request("'status' must be inactive: a new reward is, and is activated by a change")
    written = _read(body, {})
    slug = _id(body)
    made = _told(lambda: create_reward(values=written.values, slug=slug, by=by).result(), written)
    return _created(made, body)


def _created(reward: Reward, body: Mapping[str, Any]) -> dict[str, Any]:
    """As published: texts and the price as they were sent."""
    item = item_of(reward)
    sent = {name: body.get(name, item[name] or None) for name in ("name", "description", "claim_button_label")}
    is_number = len(item["prices"]) == 1 and not isinstance(body.get("price"), Mapping)
    return {
        "id": item["id"],
        "status": item["status"],
        "type": item["type"],
        **sent,
        "price": next(iter(item["prices"].values())) if is_number else item["prices"],
        "hide_restricted": item["hide_restricted"],
        "notifications": item["notifications"],
        "user_notification": item["user_notifications"],
        "transferable": item["transferable"],
    }


def _update(id: str, body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    reward = reward_named(id)
    if reward is None:
        raise _unknown()
    _refuse_fixed(reward, body)
    written = _read(body, item_of(reward))
    values = {name: value for name, value in written.values.items() if name != "type"}
    left = values.pop("stock") if values.get("stock") is not None else None
    if left is not None and (isinstance(left, bool) or not isinstance(left, int) or not 0 <= left <= MOST):
        raise bad_request(f"'stock' must be a whole number from 0 to {MOST}")
    active = _is_active(body)
    changed = _told(lambda: change_reward(slug=id, values=values, left=left, is_active=active, by=by).result(), written)
    return reward_objects([changed])[0]


def _refuse_fixed(reward: Reward, body: Mapping[str, Any]) -> None:
    """Clients send back what they have read."""
    for name, now in (("id", reward.slug), ("type", reward.type)):
        if body.get(name) not in (None, now):
            raise bad_request(f"'{name}' cannot be changed")


def _is_active(body: Mapping[str, Any]) -> bool | None:
    found = body.get("status")
    if found is None:
        return None
    if found not in SHOWN:
        raise bad_request("'status' must be active or inactive; DELETE archives a reward")
    return bool(found == RewardStatus.ACTIVE)


def _delete(id: str, by: Caller) -> None:
    _told(lambda: archive_reward(slug=id, by=by).result(), Written({}, {}))


def _id(body: Mapping[str, Any]) -> str:
    """Empty: one is made up."""
    found = body.get("id")
    if found in (None, ""):
        return ""
    if not isinstance(found, str) or len(found) > LONGEST_ID or not re.fullmatch(ID.regex, found):
        raise bad_request(f"'id' must have 1 to {LONGEST_ID} letters, digits, underscores and hyphens")
    return found


def _read(body: Mapping[str, Any], before: Mapping[str, Any]) -> Written:
    try:
        return read_reward(body, before)
    except WrongProperty as wrong:
        raise bad_request(str(wrong)) from None


def _told(done: Callable[[], Any], written: Written) -> Any:
    """What was done, or why it was not as the API says it."""
    try:
        return done()
    except Invalid as invalid:
        path, message = invalid.problems[0]
        raise bad_request(f"'{_spelt(path, written)}' {message}") from None
    except TakenId:
        raise bad_request(UNIQUE) from None
    except NotThatStatus as error:
        raise bad_request(error.message) from None
    except NoSuchReward:
        raise _unknown() from None


def _spelt(path: str, written: Written) -> str:
    """A place of the file by the name that the body has for it, or could have."""
    found = _FIELD.fullmatch(path)
    if found is None:
        return path
    if found[1] == "custom_data" and found[2].startswith(f".{CF}"):
        return found[2][1:]
    usual = next((name for name, field in SPELLINGS.items() if field == found[1]), found[1])
    return written.spelt.get(found[1], usual) + found[2]


def _unknown() -> ApiError:
    return bad_request("Entity not found")


EXAMPLE_SENT: dict[str, Any] = {
    "id": "example",
    "name": "Example",
    "description": "This is a reward created in custom entities",
    "price": 100,
    "type": "coupon",
}
EXAMPLE_CREATED: dict[str, Any] = {
    **EXAMPLE_SENT,
    "status": "inactive",
    "claim_button_label": None,
    "hide_restricted": False,
    "notifications": False,
    "user_notification": False,
    "transferable": False,
}
PAIR = EntityPair(
    "rewards",
    "reward",
    _listed,
    _found,
    REWARD,
    LATTE,
    writes=EntityWrites(
        create=_create,
        update=_update,
        delete=_delete,
        created=CREATED,
        create_body=NEW_REWARD,
        update_body=CHANGED_REWARD,
        create_examples=[("A reward", EXAMPLE_SENT, EXAMPLE_CREATED)],
        update_examples=[
            (
                "A reward for fewer points",
                {"price": 80, "limit": 3},
                {**LATTE, "price": {"EUR": 80}, "limit": 3, "max_claims": 3},
            )
        ],
        delete_examples=[LATTE["id"]],
    ),
    filters=RewardFilters,
)
