"""What events about user groups are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

UNKNOWN, NOT_GIVEN, ALREADY_IN, NOT_IN = 330601, 330602, 330603, 330604

CODES = RefusalCodes(
    {
        UNKNOWN: Code(400, "there is no such user group"),
        NOT_GIVEN: Code(400, "the user group is a draft or inactive, and is given to nobody"),
        ALREADY_IN: Code(400, "the customer already is in the user group"),
        NOT_IN: Code(400, "the customer is not in the user group"),
    }
)
