"""What claims and bids are refused with, beyond what points and coupons are. Pure."""

from loyalty.refusals import Code, RefusalCodes

LIMIT, NO_STOCK, NOT_ELIGIBLE, LOCKED = 120211, 120212, 120213, 120219
NO_PRICE = 120242
NOT_ACTIVE = 160321
NO_CLAIM, REVOKED = 160340, 160344
# Of points.
TOO_FEW_POINTS = 120241

CODES = RefusalCodes(
    {
        LIMIT: Code(400, "the customer has claimed the reward as often as they may, or too recently"),
        NO_STOCK: Code(400, "too few of the reward are left"),
        NOT_ELIGIBLE: Code(400, "the reward is not for this customer, or not in this store"),
        LOCKED: Code(423, "the reward was claimed just now: it is locked for some seconds"),
        NO_PRICE: Code(400, "the reward has no price in the customer's currency"),
        NOT_ACTIVE: Code(400, "the reward is not active, or its time has not come or is over"),
        NO_CLAIM: Code(400, "the customer has no such claim"),
        REVOKED: Code(400, "the claim was revoked before"),
    }
)
