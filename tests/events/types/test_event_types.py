"""Every built-in name is there with its label, what it may do is settled, and a brand's own type of such a name survives."""

from typing import Any

import pytest

from events.types.actions import LATER, RECORDED
from events.types.models import EventType
from loyalty.composition import COMPOSITION, configure
from loyalty.engine.actions import names_of
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from tests.engine.world import NOW, accepted, codes, event, rows, send, spendable

# What existing clients send and read.
FROM_OUTSIDE = (
    "opt_in opt_out profile subscribe checkout checkout_item checkout_update checkout_update_item checkout_accept"
    " checkout_accept_item checkout_reject checkout_claim refund partial_refund refund_item point_add point_sub point_spend"
    " point_unspend point_fix reserve_points release_points daily_login review_submit suspend unsuspend"
    " referral profiling_answer booking daily_purchase fitbit_activity instagram_contest_enter share_intent_success tier_change"
    " coupon_redeem coupon_unredeem"
)
NOT_YET = "challenge_reset"
INSIDE = (
    "reward coupon coupon_assign coupon_change coupon_receive activity activity_approved activity_denied birthday anniversary"
    " campaign_bonus pending_campaign_bonus referral_points currency_conversion checkout_item_accept profiling_flow tier_up"
    " tier_down tier_renew promotion_enter customer_list_add customer_list_remove referral_bonus customer_merge point_burn"
    " point_unburn club_create club_member_join club_member_remove club_member_ban club_member_unban club_applicant_accept"
    " club_applicant_ban club_applicant_refuse club_assign_ownership club_revoke_ownership club_disband club_point_add"
    " club_point_remove club_point_donation club_detail_change coupon_unassign coupon_invalidate coupon_transfer coupon_expire"
    " reward_revoke reward_bid reward_bid_release"
)
LABELS = {
    "campaign_bonus": "Campaign bonus",
    "checkout": "Checkout",
    "checkout_update": "Checkout update",
    "coupon_assign": "Coupon assign",
    "customer_list_add": "Customer list - add",
    "customer_list_remove": "Customer list - remove",
    "customer_merge": "Merge",
    "point_add": "Point add",
    "point_spend": "Point spend",
    "point_sub": "Point sub",
    "point_unburn": "Point unburn",
    "promotion_enter": "Promotion enter",
    "referral_bonus": "Referral bonus",
    "refund": "Refund",
    "reward": "Reward",
    "tier_change": "Tier change",
    "tier_up": "Tier up",
}


@pytest.mark.django_db
def test_every_name_is_a_built_in_type_with_the_manuals_label() -> None:
    found = {row.action: row for row in EventType.objects.filter(factory=True)}
    assert {*FROM_OUTSIDE.split(), *NOT_YET.split(), *INSIDE.split()} <= found.keys()
    assert {action: found[action].label for action in LABELS} == LABELS
    assert all(row.name and row.exposed for row in found.values())


@pytest.mark.django_db
def test_every_built_in_type_is_sent_or_says_why_not() -> None:
    ruled = {action for mechanism in COMPOSITION.mechanisms for action in mechanism.actions}
    assert set(EventType.objects.filter(factory=True).values_list("action", flat=True)) <= ruled
    assert all(COMPOSITION.plan(action).admits("api") for action in FROM_OUTSIDE.split())
    closed = {action: COMPOSITION.plan(action).closed for action in [*INSIDE.split(), *NOT_YET.split()]}
    assert all(why.endswith(".") for why in closed.values())
    assert set(NOT_YET.split()) <= names_of(LATER)


@pytest.mark.django_db
@pytest.mark.parametrize("action", sorted(names_of(RECORDED)))
def test_a_recorded_action_earns_what_its_type_says(action: str) -> None:
    rows("UPDATE events_eventtype SET default_points = 7 WHERE action = %s", [action])
    accepted(event("ann", "opt_in"), event("ann", action, rating=5), event("ann", action))
    assert spendable("ann") == 14


@pytest.mark.django_db
def test_a_recorded_action_is_done_once_if_its_type_says_so() -> None:
    rows("UPDATE events_eventtype SET one_time = true WHERE action = 'share_intent_success'")
    accepted(event("ann", "opt_in"), event("ann", "share_intent_success"))
    assert codes(send(event("ann", "share_intent_success"))) == [10001]


# Behavioural

BEHAVIOURAL = names_of(action for action in COMPOSITION.actions.values() if action.behavioural)


@pytest.mark.django_db
def test_nothing_personal_or_transactional_is_behavioural() -> None:
    assert set(EventType.objects.filter(behavioural=True).values_list("action", flat=True)) == BEHAVIOURAL
    rules = configure().event_rules
    assert {action for action, rule in rules.items() if rule.behavioural} == BEHAVIOURAL


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["checkout", "profile", "point_add", "opt_in", "fitbit_activity", "booking"])
def test_a_program_file_cannot_make_a_personal_or_transactional_action_behavioural(action: str) -> None:
    with pytest.raises(Invalid) as refused:
        apply_program({"event_types": [{"action": action, "behavioural": True}]}, by=Sender(None, NOW))
    assert refused.value.problems == [
        (
            "event_types[0].behavioural",
            "cannot be true: the action is personal or transactional, so it must be signed",
        )
    ]


@pytest.mark.django_db
def test_a_program_file_says_what_is_behavioural() -> None:
    given: dict[str, Any] = {
        "event_types": [
            {"action": "game_played", "name": "Game played", "behavioural": True},
            {"action": "review_submit", "behavioural": False, "default_points": 5, "one_time": True},
        ]
    }
    apply_program(given, by=Sender(None, NOW))
    rules = configure().event_rules
    assert (rules["game_played"].behavioural, rules["review_submit"].behavioural) == (True, False)
    assert (rules["review_submit"].default_points, rules["review_submit"].one_time) == (5, True)


def test_points_of_types_are_of_known_ones() -> None:
    earning = names_of(action for action in COMPOSITION.actions.values() if action.earns)
    assert names_of(RECORDED) < earning
    assert not earning & names_of(LATER)
