"""What requests about rewards are refused with, beyond what claims themselves are. Pure."""

from loyalty.refusals import Code, RefusalCodes

REWARD_UNKNOWN, BATCH_TAKEN, BATCH_UNKNOWN = 320501, 320503, 320510
LEGACY_NOT_ACTIVE = 1606023

CODES = RefusalCodes(
    {
        REWARD_UNKNOWN: Code(404, "there is no such reward to be claimed by a batch"),
        BATCH_TAKEN: Code(400, "another request about rewards has the batch ID"),
        BATCH_UNKNOWN: Code(404, "there is no such batch about rewards"),
        LEGACY_NOT_ACTIVE: Code(400, "the customer is not active (`/rewards/{id}/claim`)"),
    }
)
