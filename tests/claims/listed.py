"""Claims in the tests that list all of something."""

from customers.models import Customer
from loyalty.staff.sender import Sender
from rewards.catalogue.models import Reward
from rewards.claims.models import Claim
from rewards.claims.operations import bid_for_reward, claim_reward, revoke_claim
from tests.factories import make_customer
from tests.listing import Listed

from .claiming import make_reward

_REWARD = "INSERT INTO rewards_reward (slug, type) VALUES ('r', 'physical')"
_MADE = f"WITH made AS ({_REWARD} RETURNING id)"
_ANN = "(SELECT id FROM customers_customer WHERE public_id = 'ann')"
_ACCOUNT = "(SELECT id FROM points_account WHERE is_default)"


def _claim(**columns: str) -> str:
    told = {"event_id": "1", "customer_id": _ANN, "reward_id": "id", "claimed_at": "now()", **columns}
    return f"{_MADE} INSERT INTO claims_claim ({', '.join(told)}) SELECT {', '.join(told.values())} FROM made"


def _bid(table: str, points: str) -> str:
    bid = (
        f"INSERT INTO claims_bid (event_id, customer_id, reward_id, account_id, bid_at, points)"
        f" SELECT 1, {_ANN}, id, {_ACCOUNT}, now(), {{}} FROM made"
    )
    if table == "bid":
        return f"{_MADE} {bid.format(points)}"
    highest = (
        "INSERT INTO claims_highestbid (reward_id, bid_id, customer_id, points)"
        f" SELECT reward_id, event_id, customer_id, {points} FROM placed"
    )
    return f"{_MADE}, placed AS ({bid.format(1)} RETURNING *) {highest}"


def _live(ann: int, old: int) -> None:
    """Nothing of a claim is personal but who has made it."""


def _ann(points: int = 1_000) -> Customer:
    return make_customer("ann", points=points)


def _revoke(by: Sender) -> object:
    ann, reward = _ann(), make_reward()
    claim_reward(customer=ann, reward=reward, by=by)
    return revoke_claim(customer=ann, claim=Claim.objects.get(), by=by)


def _bid_by(by: Sender) -> object:
    return bid_for_reward(customer=_ann(), reward=make_reward(type="bidding", ends_at="2999-01-01"), by=by, amount=100)


_NEW = (
    "WITH made AS (INSERT INTO rewards_reward (slug, type{}) VALUES ('planted-' || gen_random_uuid(), 'physical'{})"
    " RETURNING id)"
)
_ID = "900000000 + nextval('events_event_id')"
_PLANTED_BID = (
    f"{_NEW.format('', '')}, placed AS (INSERT INTO claims_bid (event_id, customer_id, reward_id, account_id, bid_at, points)"
    f" SELECT {_ID}, {{customer}}, id, {_ACCOUNT}, now(), 5 FROM made RETURNING *)"
)
_HIGHEST = (
    "INSERT INTO claims_highestbid (reward_id, bid_id, customer_id, points)"
    " SELECT reward_id, event_id, customer_id, points FROM placed"
)
_STOCK = _NEW.format(", stock", ", 9")
_PLAIN = _NEW.format("", "")
_PLANTED_CLAIM = (
    "INSERT INTO claims_claim (event_id, customer_id, reward_id, claimed_at{})"
    f" SELECT {_ID}, {{{{customer}}}}, id, now(){{}} FROM made"
)
LISTED = Listed(
    reference=frozenset({"claims.Taken"}),
    attempts={
        "claim_is_of_something": _claim(count="0"),
        "claim_is_paid_from_an_account": _claim(spent="5"),
        "claim_by_force_costs_nothing": _claim(spent="5", account_id=_ACCOUNT, forced="true"),
        "claim_is_revoked_by_an_event": _claim(revoked_at="now()"),
        "bid_is_of_points": _bid("bid", "0"),
        "highest_bid_is_of_points": _bid("highest", "0"),
    },
    deeds={
        "reward.claim": lambda by: claim_reward(customer=_ann(), reward=make_reward(), by=by),
        "reward.revoke": _revoke,
        "reward.bid": _bid_by,
    },
    own_member={
        "reward.claim": lambda customer, by: claim_reward(customer=customer, reward=Reward(slug="mug"), by=by),
        "reward.revoke": lambda customer, by: revoke_claim(customer=customer, claim=Claim(event_id=1), by=by),
        "reward.bid": lambda customer, by: bid_for_reward(customer=customer, reward=Reward(slug="mug"), by=by),
    },
    corruptions={
        "stock that is taken": (
            f"{_STOCK} {_PLANTED_CLAIM.format('', '')}",
            {"rewards_taken": ["taken"]},
        ),
        "points of a claim": (
            f"{_PLAIN} {_PLANTED_CLAIM.format(', spent, account_id', f', 7, {_ACCOUNT}')}",
            {"claims_spent": ["spent"]},
        ),
        "bid that nothing has settled": (f"{_PLANTED_BID} SELECT FROM placed", {"open_bids": ["points"]}),
        "highest bid": (f"{_PLANTED_BID} {_HIGHEST}", {"highest_bids": ["points"]}),
    },
)
