"""What requests about coupons are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

UNKNOWN, NOT_NOW, BELOW_LEAST, PURCHASE_TOO_SMALL, NOT_HERE, TOO_LITTLE = 1601, 1602, 1603, 1604, 1605, 1606
EXHAUSTED = 123771
NO_CRITERIA = 160311
POOL_UNKNOWN, NO_CODES, TOO_MANY_CODES, BAD_ID = 202001, 202002, 202003, 202004
NO_BATCH_ERRORS = 320504

_POOL = {
    202005: "`source` is missing",
    202006: "`source` cannot be this: by the API pools are uploaded",
    202007: "`name` is missing",
    202008: "`name` is no text, or too long",
    202009: "`type` is missing",
    202010: "`type` is no text",
    202011: "`type` cannot be this, or cannot be changed",
    202012: "`value` is no number",
    202013: "`value` has more than two decimals",
    202014: "`value` is below 0.01, or missing where the type needs one",
    202015: "`purchase_minimum` is no number",
    202016: "`purchase_minimum` is below 1",
    202017: "`minimum_value` is no number",
    202018: "`minimum_value` is below 1",
    202019: "`minimum_redemption_value` is no number",
    202020: "`minimum_redemption_value` is below 1",
    202021: "`currency` is no text",
    202022: "`currency` has other signs than letters, or cannot be changed",
    202023: "`expiration_time` is no text",
    202024: "`expiration_time` is no number of days, months or years",
    202025: "`expiration_time` is too long",
    202026: "`aggregated` is neither true nor false, or cannot be changed",
    202027: "`stores` is no list",
    202028: "`stores` names a store that there is not, or that is not active",
    202029: "`products` is no list, or names a product that there is not",
    202030: "`external_id` is no text",
    202031: "`external_id` is another pool's",
    202032: "`external_id` has fewer than 6 or more than 24 characters",
    202033: "`update_method` is missing",
    202034: "`update_method` is no text",
    202035: "`update_method` cannot be this",
    202038: "`update_matching` is neither true nor false",
    202039: "`minimum_value` is of gift cards only",
    202040: "`minimum_redemption_value` is of gift cards only",
    202041: "`currency` is of gift cards only",
}
CODES = RefusalCodes(
    {
        UNKNOWN: Code(400, "the customer has no such coupon that is valid"),
        NOT_NOW: Code(400, "this cannot be done to the coupon in its status"),
        BELOW_LEAST: Code(400, "the amount is below the least that the gift card can be redeemed for"),
        PURCHASE_TOO_SMALL: Code(400, "the purchase is below the least one that the coupon asks for"),
        NOT_HERE: Code(400, "the coupon is not valid in this store, or for none of these products"),
        TOO_LITTLE: Code(400, "the balance of the gift card is below the amount"),
        EXHAUSTED: Code(400, "the pool has no code left"),
        NO_CRITERIA: Code(400, "coupons are asked for without a criterion"),
        POOL_UNKNOWN: Code(404, "there is no such coupon pool"),
        NO_CODES: Code(400, "the request names no codes"),
        TOO_MANY_CODES: Code(400, "the request names more than 50,000 codes"),
        BAD_ID: Code(404, "there is no such batch to tell the status of"),
        NO_BATCH_ERRORS: Code(404, "there is no such batch to tell the errors of"),
        **{code: Code(400, meaning) for code, meaning in _POOL.items()},
    }
)
