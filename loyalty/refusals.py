"""What the engine and the API refuse, and the one table of the codes for it. Pure: anybody may import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

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
    # What programs are told beside code and message, if the room has more to say: such as all reasons.
    details: Mapping[str, Any] = {}

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


@dataclass(frozen=True)
class RefusalCodes:
    """The codes of a room, as it contributes them; `loyalty.api.refusals` joins them to the one table that is published."""

    codes: Mapping[int, Code]


# Those that no room owns: of the engine, and of what several rooms say.
COMMON: Mapping[int, Code] = {
    0: Code(400, "the message names the field and what it must be"),
    10001: Code(400, "this action cannot be repeated"),
    10002: Code(400, "there is no such action"),
    10003: Code(400, "nobody can send this action: the message says what it follows from"),
    101031: Code(409, "the same form or line of an import was processed before; never of the API"),
    113402: Code(400, "no attribute that may be sent here: unknown, misspelt, read-only or reserved"),
    160212: Code(404, "customer not found"),
}
