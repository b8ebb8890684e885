"""What segments can ask of claims that stand: of a reward, how many, and when the last one was."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind, Reach
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source
from rewards.catalogue.models import Reward
from rewards.catalogue.texts import text_in

_KEY = "r.customer_id"
_TABLES = "claims_claim r"


def _rewards() -> Sequence[tuple[str, str]]:
    return [(slug, text_in(name) or slug) for slug, name in Reward.objects.values_list("slug", "name")]


_REWARD = Option("reward", _("Reward"), Kind.CHOICE, "", choices=_rewards)
_ANY_REWARD = Option("reward", _("Reward"), Kind.CHOICE, "of reward", required=False, choices=_rewards)


def _where(ask: Ask) -> list[str]:
    reward = ask.options.get("reward")
    named = [f"r.reward_id = (SELECT w.id FROM rewards_reward w WHERE w.slug = {ask.bind(reward)})"] if reward else []
    return ["r.revoked_by IS NULL", *named, ask.of(_KEY)]


def _has_claimed(ask: Ask) -> Source:
    return Source("TRUE", _TABLES, [*ask.between("r.claimed_at"), *_where(ask)], _KEY)


def _number(ask: Ask) -> Source:
    where = [*ask.between("r.claimed_at"), *_where(ask)]
    return Source("sum(r.count)", _TABLES, where, _KEY, grouped=True, empty=Decimal(0))


def _last(ask: Ask) -> Source:
    day = f"(max(r.claimed_at) AT TIME ZONE {ask.bind(str(ask.zone))})::date"
    return Source(day, _TABLES, _where(ask), _KEY, grouped=True)


FACTS = Facts(
    _("Claims of rewards"),
    (
        Fact(
            "rewards.claimed", "has claimed reward", Kind.YES, _("Has claimed a reward"), _has_claimed, (_REWARD,),
            Reach.PAST, negated="has not claimed reward",
        ),
        Fact(
            "rewards.claims", "number of claims", Kind.NUMBER, _("Number of claimed rewards"), _number, (_ANY_REWARD,),
            Reach.PAST,
        ),
        Fact("rewards.last_claim", "last claim", Kind.DATE, _("Last claim of a reward"), _last, (_ANY_REWARD,)),
    ),
)  # fmt: skip
