"""What the engine and the API refuse, and the one table of the codes for it. Pure: anybody may import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

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
# Of what may not be sent: programs that send it are wrong, or tell of something that is not theirs to say.
UNKNOWN_ATTRIBUTE = 113402


class Refused(Exception):
    """What may not happen; `code` is the wire's number for it, by which the table knows type and status.

    `message` is for people who read the API's answers. Programs go by `code` and by `field`: the place on the wire that
    it is about, such as `items[0].price`; "" for the event as a whole. `predicate` is what `WrongField` says of its field.
    The generic code 0 may come with another `status` than the table's.
    """

    predicate = ""

    def __init__(self, code: int, message: str, *, field: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        # As the API says it, and without the place that it is in.
        self.message = self.sentence = message
        self.field = field
        self.status = status

    def __str__(self) -> str:
        return self.message

    def within(self, place: str) -> Self:
        """The same of a part of something larger: of the item at `items[0]`."""
        self.message = f"{place}: {self.message}"
        self.field = f"{place}.{self.field}" if self.field else place
        return self


class WrongField(Refused):
    """An attribute that is not as it must be: `predicate` follows its name, as in "must not be in the past".

    Pages put the label of their own field in front of it.
    """

    def __init__(self, name: str, predicate: str, code: int = 0, *, field: str = "") -> None:
        """`field` where the message calls it otherwise than the wire does."""
        super().__init__(code, f"'{name}' {predicate}", field=field or name)
        self.predicate = predicate


class MissingField(WrongField):
    def __init__(self, name: str) -> None:
        super().__init__(name, "property is required")
        self.predicate = "is required"


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
    10002: Code(400, "there is no such action"),
    10003: Code(400, "nobody can send this action: the message says what it follows from"),
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
    112102: Code(400, "a value that names one customer belongs to another"),
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
    112900: Code(400, "cannot unspend more than spent"),
    112910: Code(400, "no points are reserved for the transaction"),
    112911: Code(400, "cannot release more than reserved"),
    112920: Code(400, "the customer has no such pending points"),
    113010: Code(400, "the customer already is at that level"),
    113011: Code(400, "the customer's points reach a higher level, which the structure keeps"),
    113012: Code(400, "the customer has no level in that structure"),
    113013: Code(400, "a level that does not expire has no last day"),
    113402: Code(400, "no attribute that may be sent here: unknown, misspelt, read-only or reserved"),
    114400: Code(400, "only active customers can be suspended"),
    114600: Code(400, "only suspended customers can be unsuspended"),
    120030: Code(400, "a suspended customer cannot be merged"),
    120031: Code(400, "nobody can be merged into a suspended customer"),
    120032: Code(400, "a customer cannot be merged into itself"),
    120033: Code(400, "both customers have an order with the same transaction ID"),
    120034: Code(400, "together they have too many custom attributes"),
    120241: Code(400, "not enough points"),
    160211: Code(400, "a search without criteria"),
    160212: Code(404, "customer not found"),
    160216: Code(400, "the customer is not active"),
    160217: Code(404, "erasure not found"),
    300121: Code(400, "a negative `offset`"),
    300122: Code(400, "the message names the parameter of a list that is wrong"),
    300123: Code(400, "a `limit` out of range"),
    300706: Code(400, "entities of this type are only read"),
    350300: Code(400, "there is no such type of entities"),
}
