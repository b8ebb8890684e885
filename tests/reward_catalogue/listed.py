"""What rewards there are, in the tests that list all of something."""

from loyalty.api.keys.enums import Api
from loyalty.staff.sender import Sender
from rewards.catalogue.categories.operations import change_category, change_message, create_category
from rewards.catalogue.enums import ReasonCode
from rewards.catalogue.images.operations import upload_image
from rewards.catalogue.operations import (
    activate_reward,
    archive_reward,
    change_reward,
    clone_reward,
    create_reward,
    deactivate_reward,
    reorder_rewards,
    restore_reward,
)
from tests.engine.world import rows
from tests.listing import Listed

from .rewarding import a_picture, make_category, make_reward

_TEXTS = """'{"en": "R"}'"""


def _reward(**columns: str) -> str:
    told = {"slug": "'r'", "type": "'physical'", "name": _TEXTS, **columns}
    return f"INSERT INTO rewards_reward ({', '.join(told)}) VALUES ({', '.join(told.values())})"


def _live(ann: int, old: int) -> None:
    """Nothing of a customer: what the pages show."""
    rows(_reward())
    rows(f"INSERT INTO rewards_rewardcategory (slug, name) VALUES ('r', {_TEXTS})")


def _restore(by: Sender) -> object:
    make_reward(status="inactive")
    archive_reward(slug="latte", by=by)
    return restore_reward(slug="latte", by=by)


def _reorder(by: Sender) -> object:
    make_reward("latte"), make_reward("mocha")
    return reorder_rewards(slugs=["mocha"], by=by)


def _change_category(by: Sender) -> object:
    make_category()
    return change_category(slug="drinks", values={"status": "hidden"}, by=by)


LISTED = Listed(
    # An image is seen by whoever sees the reward.
    pages={"api-rewards-list": "API key", "reward-image": "everybody"},
    routes={"api-rewards-list": (Api.ENTITIES, "get put")},
    reference=frozenset({"rewards.Reward", "rewards.RewardCategory", "rewards.RewardMessage"}),
    versions={
        "rewards_reward": _reward(),
        "rewards_rewardcategory": f"INSERT INTO rewards_rewardcategory (slug, name) VALUES ('c', {_TEXTS})",
        "rewards_rewardmessage": f"INSERT INTO rewards_rewardmessage (code, texts) VALUES ('stock', {_TEXTS})",
    },
    attempts={
        "reward_category_status_is_known": (
            f"INSERT INTO rewards_rewardcategory (slug, name, status) VALUES ('c', {_TEXTS}, 'lost')"
        ),
        "reward_reason_is_known": f"INSERT INTO rewards_rewardmessage (code, texts) VALUES ('mood', {_TEXTS})",
        "reward_type_is_known": _reward(type="'gold'"),
        "reward_status_is_known": _reward(status="'lost'"),
        "reward_lock_is_known": _reward(lock="'door'"),
        "reward_date_rule_is_known": _reward(transfer_date="'never'"),
        "reward_ends_after_its_start": _reward(starts_at="now()", ends_at="now()"),
        "reward_interval_is_complete": _reward(repeat_after="2"),
        "reward_transfer_is_complete": _reward(transfer_after="2"),
    },
    live=_live,
    samples={
        "slug:reward-catalogue": ["r"],
        "code:reward-catalogue": ["stock"],
    },
    deeds={
        "reward.create": lambda by: create_reward(values={"type": "virtual", "name": {"en": "Badge"}}, by=by),
        "reward.change": lambda by: change_reward(slug=make_reward().slug, values={"name": {"en": "Mocha"}}, by=by),
        "reward.clone": lambda by: clone_reward(slug=make_reward().slug, by=by),
        "reward.activate": lambda by: activate_reward(slug=make_reward(status="inactive").slug, by=by),
        "reward.deactivate": lambda by: deactivate_reward(slug=make_reward().slug, by=by),
        "reward.archive": lambda by: archive_reward(slug=make_reward(status="inactive").slug, by=by),
        "reward.restore": _restore,
        "reward.upload_image": lambda by: upload_image(content=a_picture(), by=by),
        "reward.reorder": _reorder,
        "reward_category.create": lambda by: create_category(values={"name": {"en": "Drinks"}}, by=by),
        "reward_category.change": _change_category,
        "reward_message.change": lambda by: change_message(code=ReasonCode.STOCK, texts={"en": "Gone."}, by=by),
    },
)
