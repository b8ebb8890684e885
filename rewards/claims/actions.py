"""What tells of claims: rewards claimed and revoked, bids and what becomes of them. `reward` and `coupon` are the published names."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import EFFECTIVE, NOBODY, REASON, Action, Attribute, Kind, follows
from loyalty.intake.sources import Source

REWARD = Attribute("reward", Kind.CODE, description="The ID of the reward.", required=True, most=64)
COUNT = Attribute("count", Kind.QUANTITY, label=_("Number"), description="How many of it; 1 unless it is said.")
POINTS = Attribute("points", Kind.POINTS, description="Of a reward whose price the customer chooses: for each.")
STORE = Attribute("store", Kind.ID, label=_("Store"), description="The store in which it is claimed.")
FORCED = Attribute("forced", label=_("Forced"), description="By staff: free, and without the checks.")
# What came of it.
COUPON = Attribute("coupon", Kind.CODE, description="The pool of the coupon that came of it.")
CODE = Attribute("code", Kind.CODE, description="The code of that coupon, or of the first of several.", personal=True)
CODES = Attribute("codes", label=_("Codes"), description="Of several coupons, all codes.", personal=True)
CURRENCY = Attribute("currency", Kind.CODE, description="By which the price was found.", most=8)
BID = Attribute("bid", Kind.NUMBER_OF_EVENT, label=_("Bid"), description="The bid that has won it.")
EVENT = Attribute(
    "event", Kind.NUMBER_OF_EVENT, label=_("Event ID"), description="The event of the claim.", required=True
)
AMOUNT = Attribute("amount", Kind.POINTS, description="The points bid: the highest bid and a step more unless said.")

CLOSED, _BIDS = follows("the claim of a reward"), follows("bidding for a reward")
# Of the API, what its own routes send.
_SOURCES = frozenset({Source.BACK_OFFICE, Source.IMPORT, Source.AUTOMATION, Source.API, Source.TIMER})
CLAIM = Action(
    "reward",
    _("Reward"),
    (REWARD, COUNT, POINTS, STORE, FORCED, COUPON, CODE, CODES, CURRENCY, BID, EFFECTIVE),
    "gift",
    closed=CLOSED,
    sources=_SOURCES,
    by_hand=NOBODY,
)
REVOKE = Action(
    "reward_revoke",
    _("Reward revoke"),
    (EVENT, REWARD, REASON),
    "undo-2",
    closed=CLOSED,
    sources=_SOURCES,
    by_hand=NOBODY,
)
# Operations name the customer who is outbid.
PLACE_BID = Action(
    "reward_bid", _("Reward bid"), (REWARD, AMOUNT), "gavel", closed=_BIDS, sources=_SOURCES, by_hand=NOBODY
)
RELEASE = Action(
    "reward_bid_release",
    _("Reward bid release"),
    (REWARD, BID, POINTS, REASON),
    "lock-open",
    closed=_BIDS,
    sources=frozenset({Source.TIMER}),
    by_hand=NOBODY,
)
ACTIONS = (CLAIM, REVOKE, PLACE_BID, RELEASE)
# Granted to the routes of the API that claim, revoke and bid; and to whoever may claim without the checks.
CLAIMS, FORCE = "claims", "force_claims"
