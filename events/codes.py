"""What requests about orders are refused with. Pure."""

from loyalty.refusals import Code, RefusalCodes

CODES = RefusalCodes(
    {
        5003: Code(400, "transaction ID already used"),
        103902: Code(400, "the transaction is another customer's"),
        112201: Code(400, "only accepted transactions can be refunded"),
        112202: Code(400, "the amount must be positive"),
        112203: Code(400, "the amount is greater than what is left of the transaction, or of its item"),
        112204: Code(400, "the amount is greater than the customer's purchase total"),
        112210: Code(404, "transaction not found"),
        112211: Code(400, "too late: the transaction was accepted already"),
        112212: Code(400, "too late: the transaction was rejected already"),
        112213: Code(400, "too late: the transaction was refunded already"),
        112214: Code(400, "too early: the transaction has no checkout yet"),
        112215: Code(400, "too late: items of the transaction were accepted already"),
        112216: Code(400, "the step would precede its checkout"),
        112217: Code(400, "the transaction has no such item"),
        112218: Code(400, "the transaction is no guest's"),
        120033: Code(400, "both customers have an order with the same transaction ID"),
    }
)
