"""What the engine and the API refuse, and the one table of the codes for it. Pure: anybody may import it."""

from collections.abc import Mapping
from dataclasses import dataclass

# Status → the exception type that clients see.
KINDS = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    405: "MethodNotAllowedException",
    406: "NotAcceptableException",
    409: "ConflictException",
    411: "LengthRequiredException",
    413: "PayloadTooLargeException",
    415: "UnsupportedMediaTypeException",
    422: "UnprocessableEntityException",
    423: "LockedException",
    429: "TooManyRequestsException",
    500: "RuntimeException",
    503: "ServiceUnavailableException",
}


class Refused(Exception):
    """An event that may not happen; `code` is the wire's number for it, by which the table knows type and status.

    The generic code 0 may come with another `status` than the table's.
    """

    def __init__(self, code: int, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Code:
    status: int
    meaning: str

    @property
    def kind(self) -> str:
        return KINDS[self.status]


# As docs/api-behaviour.md tells them.
CODES: Mapping[int, Code] = {
    0: Code(400, "the message names the field and what it must be"),
    5003: Code(400, "transaction ID already used"),
    10001: Code(400, "this action cannot be repeated"),
    101021: Code(401, "the authorization header cannot be read"),
    101022: Code(401, "signed more than once, or a signed header or parameter is repeated"),
    101023: Code(401, "a header is missing, or is not signed although it must be"),
    101024: Code(401, "the hash algorithm is not SHA256"),
    101025: Code(401, "the date is missing, cannot be read, or is too far from now"),
    101026: Code(401, "the credential scope is wrong"),
    101027: Code(401, "the plain key is unknown"),
    101028: Code(401, "the key is unknown, or the signature does not fit"),
    101029: Code(401, "the address or the method cannot be signed so"),
    101030: Code(401, "this key must sign its requests"),
    101031: Code(409, "the same form or line of an import was processed before; never of the API"),
    101032: Code(409, "identical to an earlier request: add a signed `Idempotency-Key`"),
    103902: Code(400, "the transaction is another customer's"),
    110003: Code(400, "the customer is suspended and may not spend"),
    112101: Code(400, "already opted in"),
    112201: Code(400, "only accepted transactions can be refunded"),
    112202: Code(400, "the amount must be positive"),
    112203: Code(400, "the amount is greater than what is left of the transaction, or of its item"),
    112204: Code(400, "the amount is greater than the customer's purchase total"),
    112900: Code(400, "cannot unspend more than spent"),
    114400: Code(400, "only active customers can be suspended"),
    114600: Code(400, "only suspended customers can be unsuspended"),
    120030: Code(400, "a suspended customer cannot be merged"),
    120031: Code(400, "nobody can be merged into a suspended customer"),
    120241: Code(400, "not enough points"),
    160211: Code(400, "a search without criteria"),
    160212: Code(404, "customer not found"),
    160216: Code(400, "the customer is not active"),
    300121: Code(400, "a negative `offset`"),
    300122: Code(400, "the message names the parameter of a list that is wrong"),
    300123: Code(400, "a `limit` out of range"),
}
