"""What requests about points are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

CODES = RefusalCodes(
    {
        110003: Code(400, "the customer is suspended and may not spend"),
        112900: Code(400, "cannot unspend more than spent"),
        112910: Code(400, "no points are reserved for the transaction"),
        112911: Code(400, "cannot release more than reserved"),
        112920: Code(400, "the customer has no such pending points"),
        120241: Code(400, "not enough points"),
    }
)
