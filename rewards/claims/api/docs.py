"""What the addresses of rewards take and answer. The examples are of `tests/api/example_world.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coupons.api.docs import POOL_ID
from customers.api.schemas import CUSTOMER, WHO
from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import (
    MOMENT,
    TEXT,
    WHOLE,
    described,
    list_of,
    nullable,
    one_of,
    or_empty,
    request_body,
    shape,
)
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.refusals import KINDS
from rewards.claims.codes import LIMIT, NO_CLAIM, NO_STOCK, NOT_ACTIVE, NOT_ELIGIBLE, REVOKED, TOO_FEW_POINTS

from .codes import LEGACY_NOT_ACTIVE
from .reading import AVAILABLE_SORTS, CLAIMED_FIELDS, CLAIMED_SORTS, DIRECTIONS, LIST_FIELDS
from .schemas import (
    ACTIVITY,
    AVAILABLE,
    BIDDING,
    CLAIMED,
    CLAIMED_COUPON,
    COUPONS,
    DETAIL,
    LEGACY,
    REWARD,
    REWARD_ID,
    TEN_OFF,
)

_PAGES = {
    "prev": described(TEXT, "Path and query of the page before, if there is one and `limit` was given."),
    "next": described(TEXT, "Path and query of the page after, if there is one and `limit` was given."),
}
_PAGE = [
    Parameter("limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": 100})),
    Parameter("offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET})),
]
_ORDER = Parameter("order", "In which direction; `asc` unless it is said.", one_of("", *DIRECTIONS))
_UNKNOWN = "160212: there is no such customer."
_NO_REWARD = f"{_UNKNOWN} 0: there is no such reward."
_WHY_NOT = (
    f"{NOT_ACTIVE}: not active, or not at this time. {NOT_ELIGIBLE}: not for this customer. {NO_STOCK}: none are left."
    f" {LIMIT}: claimed as often as the customer may, or too recently. {TOO_FEW_POINTS}: too few points. 123771: no code"
    " is left. `reasons` has all of them with their numbers."
)
NOBODY = Example(
    "An unknown customer",
    None,
    {"error": {"type": KINDS[404], "code": 160212, "message": "Customer not found"}},
    path={"customer_id": "0519999"},
    status=404,
)


def _fields(known: tuple[str, ...]) -> Parameter:
    text = f"What to add, separated by commas: {', '.join(known)}, or the brand's own fields that begin with `cf_`."
    return Parameter("fields", f"{text} What is unknown is left out.")


def _sort(known: Sequence[str], unless: str) -> Parameter:
    return Parameter("sort", f"By what; {unless} unless it is said.", one_of("", *known))


def _listed(title: str, one: Schema, more: Mapping[str, Schema] | None = None) -> Schema:
    return shape(title, {"data": list_of(one), **(more or {}), **_PAGES}, optional=_PAGES)


# The coupon of the examples costs 100 points; Ann has 250, and has claimed none.
SHOWN: dict[str, Any] = {
    "id": REWARD_ID,
    "title": TEN_OFF["name"]["en"],
    "description": TEN_OFF["description"]["en"],
    "status": "active",
    "type": "coupon",
    "points": 100,
    "coupon_pool": POOL_ID,
    "transferable": False,
    "stock": 5,
}
_CLAIM_AT = f"/customers/0519001/activities/rewards/{REWARD_ID}/claim"
CLAIMABLE = {"_actions": {"complete": {"method": "POST", "url": _CLAIM_AT}}}
DETAILED = {**SHOWN, "max_claims": 3, "terms": "One per purchase.", **CLAIMABLE}
NO_SUCH_REWARD = Example(
    "An unknown reward",
    None,
    {"error": {"type": KINDS[404], "code": 0, "message": "Not Found"}},
    path={"reward_id": "nothing"},
    status=404,
)

OLDER_NO_SUCH_REWARD = replace(
    NO_SUCH_REWARD, answer={"error": {"type": KINDS[404], "code": 0, "message": "Reward not found"}}
)

LIST_AVAILABLE = Operation(
    "List the rewards that a customer can see",
    _listed("AvailableRewards", AVAILABLE),
    "`_actions` where the customer can claim it now; else `reasons` says why not. Hidden ones are not listed, nor are those"
    " of a time that is over; those that have not begun if they are shown before. Texts are in the customer's language.",
    parameters=[WHO, _fields(LIST_FIELDS), *_PAGE, _sort(AVAILABLE_SORTS, "as the brand has ordered them"), _ORDER],
    refusals={400: "300121 to 300123: a parameter.", 404: _UNKNOWN},
    examples=[Example("Ann's", None, {"data": [{**SHOWN, **CLAIMABLE}]}), NOBODY],
)
SHOW = Operation(
    "Show a reward that a customer can see",
    DETAIL,
    parameters=[WHO, REWARD, _fields(LIST_FIELDS)],
    refusals={400: f"{NOT_ACTIVE}: not active, or not at this time.", 404: _NO_REWARD},
    examples=[Example("A coupon", None, DETAILED), NO_SUCH_REWARD],
)
LIST_CLAIMED = Operation(
    "List the rewards that a customer has claimed",
    _listed("ClaimedRewards", CLAIMED, {"total": described(WHOLE, "How many rewards.")}),
    "Whatever became of them since: also inactive ones and those whose time is over. What was revoked does not count.",
    parameters=[WHO, _fields(CLAIMED_FIELDS), *_PAGE, _sort(CLAIMED_SORTS, "the last one claimed first"), _ORDER],
    refusals={400: "300121 to 300123: a parameter.", 404: _UNKNOWN},
    examples=[Example("None yet", None, {"data": [], "total": 0}), NOBODY],
)
_CLAIM = shape(
    "Claim",
    {
        "spent": WHOLE,
        "id": described(TEXT, "The event of the claim, by which it is revoked."),
        "last_claimed_at": MOMENT,
        "coupon": CLAIMED_COUPON,
        "coupons": COUPONS,
        "customer": CUSTOMER,
        "reward": DETAIL,
    },
    optional=["coupon", "coupons", "customer", "reward"],
)
CLAIM_REWARD = Operation(
    "Claim a reward",
    _CLAIM,
    "All or nothing: points, stock and coupons are of one transaction.",
    parameters=[WHO, REWARD, Parameter("fields", "What to add, separated by commas: `customer`, `reward`.")],
    body=request_body(
        "ClaimOfReward",
        {
            "points": described(nullable(WHOLE), "Of dynamic rewards: how many to pay for each."),
            "count": described(nullable(WHOLE), "How many; 1 unless it is said."),
        },
    ),
    refusals={400: _WHY_NOT, 404: _NO_REWARD, 423: "120219: claimed just now, try again in a minute."},
    examples=[NO_SUCH_REWARD],
)
REVOKE_CLAIM = Operation(
    "Revoke a claim",
    shape("", {}),
    "Points go back to their lots, and to the stock what was taken; its coupons are invalid.",
    parameters=[WHO, REWARD],
    body=request_body("RevokedClaim", {"event": described(TEXT, "The `id` of the claim.")}, required=["event"]),
    refusals={400: f"{NO_CLAIM}: there is no such claim. {REVOKED}: it was revoked before.", 404: _NO_REWARD},
    examples=[
        Example(
            "An unknown claim",
            {"event": "1"},
            {"error": {"type": KINDS[400], "code": NO_CLAIM, "message": "Event not found"}},
            status=400,
        )
    ],
)
BID = Operation(
    "Bid for a reward",
    BIDDING,
    "The points are reserved until somebody bids more.",
    parameters=[WHO, REWARD],
    body=request_body(
        "BidForReward", {"amount": described(nullable(WHOLE), "The highest bid and a step unless it is said.")}
    ),
    refusals={400: f"{NOT_ACTIVE}: not active. {TOO_FEW_POINTS}: too few points.", 404: _NO_REWARD},
    examples=[NO_SUCH_REWARD],
)


def _activities(summary: str, example: list[Any], *parameters: Parameter, text: str = "") -> Operation:
    return Operation(
        summary,
        shape("", {"data": list_of(ACTIVITY)}),
        text,
        parameters=[WHO, *parameters],
        refusals={404: _UNKNOWN},
        examples=[Example("Ann's", None, {"data": example}), NOBODY],
    )


_CUSTOM = Parameter("fields", "The brand's own fields to add, separated by commas: they begin with `cf_`.")
_ACTIVITY = {**SHOWN, "activity_type": "reward", **CLAIMABLE}
ACTIVITIES = _activities(
    "List what a customer can do",
    [_ACTIVITY],
    Parameter("activity_types", "Only of these kinds, separated by commas.", example="reward"),
    _CUSTOM,
    text="Kinds that there is no module for have nothing to list.",
)
SPEND = _activities("List what a customer can spend points for", [_ACTIVITY], _CUSTOM)
EARN = _activities("List what a customer can earn points with", [], _CUSTOM)

# The older addresses

_OLDER = {"id": REWARD_ID, "name": SHOWN["title"], "price": 100, "description": SHOWN["description"]}
_WHOM = {
    "customer": described(TEXT, "The customer's ID."),
    "external_id": described(TEXT, "A field of external IDs, whose value `customer` is; or `field:value`."),
}
_AT_MOST, _AT_LEAST = "Only those that cost at most so much.", "Only those that cost at least so much."
_POINTS = or_empty({**WHOLE, "minimum": 0})
LEGACY_LIST = Operation(
    "List rewards (older address)",
    shape("", {"data": list_of(LEGACY)}),
    "With a customer those that this one can see.",
    parameters=[
        Parameter("limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": 10})),
        Parameter("page", "Which page, from 0.", _POINTS),
        Parameter("min_price", _AT_LEAST, _POINTS),
        Parameter("max_price", _AT_MOST, _POINTS),
        *(Parameter(name, schema["description"]) for name, schema in _WHOM.items()),
    ],
    refusals={400: "300122, 300123: a parameter.", 404: _UNKNOWN},
    examples=[Example("All", None, {"data": [_OLDER]})],
)
LEGACY_SHOW = Operation(
    "Show a reward (older address)",
    list_of(LEGACY),
    "A list of one.",
    parameters=[REWARD],
    refusals={404: "0: there is no such reward."},
    examples=[Example("A coupon", None, [_OLDER]), OLDER_NO_SUCH_REWARD],
)
LEGACY_CLAIM = Operation(
    "Claim a reward (older address)",
    shape(
        "",
        {"spent": WHOLE, "coupon": shape("", {"code": TEXT, "type": TEXT})},
        optional=["coupon"],
    ),
    "Use the customer's own address instead.",
    parameters=[REWARD],
    body=request_body("LegacyClaim", _WHOM, required=["customer"]),
    refusals={400: f"{LEGACY_NOT_ACTIVE}: the customer is not active. {_WHY_NOT}", 404: _NO_REWARD},
    examples=[replace(OLDER_NO_SUCH_REWARD, body={"customer": "0519001"})],
)
