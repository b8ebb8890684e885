"""Actions without rules of their own: those that earn what their event type says, and names of what is not here yet."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import EFFECTIVE, REASON, Action, Attribute, Kind, Text, follows

_CONTEST = Attribute("contest", kept=True, description="Your ID of the contest.")


def _recorded(
    name: str, label: Text, icon: str, *attributes: Attribute, description: str, behavioural: bool = False
) -> Action:
    attributes = (*attributes, EFFECTIVE)
    return Action(name, label, attributes, icon, description, once=True, earns=True, behavioural=behavioural)


def _kept(*names: str) -> Iterable[Attribute]:
    return (Attribute(name, kept=True) for name in names)


RECORDED = (
    _recorded(
        "review_submit",
        _("Review submit"),
        "message-square-text",
        *_kept("item", "review", "review_id", "provider", "rating"),
        description="The customer has written a review.",
        behavioural=True,
    ),
    _recorded(
        "share_intent_success",
        _("Social share"),
        "share-2",
        *_kept("network", "url"),
        description="The customer has shared something.",
        behavioural=True,
    ),
    _recorded("fitbit_activity", _("Fitbit activity"), "activity", description="The customer has done some sport."),
    _recorded(
        "instagram_contest_enter",
        _("Instagram contest enter"),
        "camera",
        _CONTEST,
        description="The customer takes part in a contest.",
        behavioural=True,
    ),
    _recorded("booking", _("Booking"), "calendar-plus", description="The customer has booked something."),
    _recorded("daily_purchase", _("Daily purchase"), "shopping-cart", description="The customer has bought on a day."),
)


def _of_club(name: str, label: Text, *attributes: Attribute) -> Action:
    return _later(f"club_{name}", label, follows("what happens in a club"), Attribute("club"), *attributes)


def _later(name: str, label: Text, closed: str, *attributes: Attribute) -> Action:
    return Action(name, label, attributes, closed=closed)


_POINTS = Attribute("points", Kind.POINTS)
_CODE, _COUPON = Attribute("code", personal=True), Attribute("coupon")
_CLAIM = follows("the claim of a reward")
_CHALLENGE, _CAMPAIGN = follows("a challenge"), follows("a campaign")
# Names of modules that are not here yet: labels of the history, and nobody can send them. Their modules will own them.
LATER = (
    _later("coupon", _("Coupon"), _CLAIM, _COUPON, _CODE),
    _later(
        "challenge_reset",
        _("Challenge reset"),
        "There are no challenges here yet, so none can be reset.",
        Attribute("challenge"),
    ),
    _later("activity", _("Challenge completed"), _CHALLENGE, Attribute("activity")),
    _later("activity_approved", _("Challenge approved"), _CHALLENGE, Attribute("activity")),
    _later("activity_denied", _("Challenge denied"), _CHALLENGE, Attribute("activity")),
    _later("campaign_bonus", _("Campaign bonus"), _CAMPAIGN, _POINTS, REASON),
    _later("pending_campaign_bonus", _("Pending campaign bonus"), _CAMPAIGN, _POINTS, REASON),
    _later("referral_bonus", _("Referral bonus"), follows("a workflow"), _POINTS),
    _later(
        "currency_conversion",
        _("Currency conversion"),
        follows("the conversion of points between accounts"),
        _POINTS,
    ),
    _later(
        "profiling_flow",
        _("Profiling flow"),
        follows("the last question of a profiling flow"),
        Attribute("flow"),
    ),
    _later("promotion_enter", _("Promotion enter"), follows("a promotion"), Attribute("promotion")),
    _of_club("create", _("Club create")),
    _of_club("member_join", _("Club member join")),
    _of_club("member_remove", _("Club member remove")),
    _of_club("member_ban", _("Club member ban")),
    _of_club("member_unban", _("Club member unban")),
    _of_club("applicant_accept", _("Club applicant accept")),
    _of_club("applicant_ban", _("Club applicant ban")),
    _of_club("applicant_refuse", _("Club applicant refuse")),
    _of_club("assign_ownership", _("Club ownership assign")),
    _of_club("revoke_ownership", _("Club ownership revoke")),
    _of_club("disband", _("Club disband")),
    _of_club("point_add", _("Club point add"), _POINTS),
    _of_club("point_remove", _("Club point remove"), _POINTS),
    _of_club("point_donation", _("Club point donation"), _POINTS),
    _of_club("detail_change", _("Club detail change")),
)
