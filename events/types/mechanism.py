"""Actions that do no more than their event type says: the brand's own, and built-in names without a rule. Pure."""

from collections.abc import Iterable, Mapping

from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import ANY_OTHER_ACTION, Mechanism
from loyalty.engine.reduce import InvalidAction
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.refusals import Refused

from . import attributes
from .enums import RECORDED


def following(cause: str) -> str:
    """Why an action cannot be sent."""
    return f"It follows from {cause} and cannot be sent."


_CLUBS = (
    "create member_join member_remove member_ban member_unban applicant_accept applicant_ban applicant_refuse"
    " assign_ownership revoke_ownership disband point_add point_remove point_donation detail_change"
)
# Names of modules that are not here yet: labels of the history, and nobody can send them. Their modules will.
CLOSED: Mapping[str, str] = {
    **dict.fromkeys(["reward", "coupon"], following("the claim of a reward")),
    **dict.fromkeys(["coupon_assign", "coupon_change", "coupon_receive"], following("the coupons of a customer")),
    **dict.fromkeys(["coupon_redeem", "coupon_unredeem"], "There are no coupons here yet, so none can be redeemed."),
    "challenge_reset": "There are no challenges here yet, so none can be reset.",
    **dict.fromkeys(["activity", "activity_approved", "activity_denied"], following("a challenge")),
    **dict.fromkeys(["campaign_bonus", "pending_campaign_bonus"], following("a campaign")),
    "referral_bonus": following("a workflow"),
    "currency_conversion": following("the conversion of points between accounts"),
    "profiling_flow": following("the last question of a profiling flow"),
    **dict.fromkeys(["tier_up", "tier_down", "tier_change"], following("the tiers")),
    "promotion_enter": following("a promotion"),
    **dict.fromkeys(["customer_list_add", "customer_list_remove"], following("the customer lists")),
    **{f"club_{name}": following("what happens in a club") for name in _CLUBS.split()},
}
# Which one-time actions a customer has already done.
DONE = Part(
    "done",
    "SELECT survivor, t.action FROM {family} family CROSS JOIN events_eventtype t WHERE t.one_time"
    " AND EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = family.id AND e.action = t.action)",
    lambda state, row: state.part("done").update({row[1]: row[1]}),
)


def custom(event: EventRow, state: State, batch: Batch) -> None:
    """An action that the brand has defined."""
    if batch.program.event_rules[event.action].factory:
        raise InvalidAction(event.action)
    shapes: Mapping[str, attributes.Shape] = batch.program.config[attributes.APP]
    event.data = shapes[event.action].read(event.data)
    once(event, state, batch)


def once(event: EventRow, state: State, batch: Batch) -> None:
    """Raises Refused for an action again that its type allows one time only."""
    if batch.program.event_rules[event.action].one_time:
        if event.action in state.part("done"):
            raise Refused(10001, "This action cannot be repeated")
        batch.file(state.part("done"), event.action, event.action)


def recorded(event: EventRow, state: State, batch: Batch) -> None:
    """Nothing but the record of it."""


def _done(incoming: Incoming) -> Iterable[Part]:
    return (DONE,)


MECHANISMS = (
    Mechanism(RECORDED, once, parts=_done),
    *(Mechanism(frozenset({action}), recorded, closed=why) for action, why in CLOSED.items()),
    Mechanism(frozenset({ANY_OTHER_ACTION}), custom, parts=_done),
)
