"""What requests about customers are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

CODES = RefusalCodes(
    {
        112101: Code(400, "already opted in"),
        112102: Code(400, "a value that names one customer belongs to another"),
        114400: Code(400, "only active customers can be suspended"),
        114600: Code(400, "only suspended customers can be unsuspended"),
        120030: Code(400, "a suspended customer cannot be merged"),
        120031: Code(400, "nobody can be merged into a suspended customer"),
        120032: Code(400, "a customer cannot be merged into itself"),
        120034: Code(400, "together they have too many custom attributes"),
        160211: Code(400, "a search without criteria"),
        160216: Code(400, "the customer is not active"),
        160217: Code(404, "erasure not found"),
    }
)
