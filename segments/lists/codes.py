"""What requests about lists are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

NOT_FOUND = 300400
UNKNOWN, NO_CUSTOMERS, UNKNOWN_TO_REMOVE = 330501, 330502, 330511
NO_STATUS, NO_ERRORS = 330521, 330531
ALREADY_ON, NOT_ON = 330541, 330542

CODES = RefusalCodes(
    {
        NOT_FOUND: Code(400, "there is no such customer list"),
        UNKNOWN: Code(404, "there is no such customer list to add to"),
        NO_CUSTOMERS: Code(400, "a bulk request names no customers, or too many"),
        UNKNOWN_TO_REMOVE: Code(404, "there is no such customer list to remove from"),
        NO_STATUS: Code(404, "there is no such batch to tell the status of"),
        NO_ERRORS: Code(404, "there is no such batch to tell the errors of"),
        ALREADY_ON: Code(400, "the customer already is on the list"),
        NOT_ON: Code(400, "the customer is not on the list"),
    }
)
