"""What requests about tiers are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

CODES = RefusalCodes(
    {
        113010: Code(400, "the customer already is at that level"),
        113011: Code(400, "the customer's points reach a higher level, which the structure keeps"),
        113012: Code(400, "the customer has no level in that structure"),
        113013: Code(400, "a level that does not expire has no last day"),
    }
)
