"""Errors of the API as values, free of Django: readers and verifiers raise them, `errors.handle` renders them."""

from collections.abc import Mapping
from typing import Any

from loyalty.refusals import KINDS as KINDS

CHALLENGE = "ANTAVO-HMAC-SHA256"


class ApiError(Exception):
    """An answer other than 200. Code 0 is the generic one; the others are published in the documentation."""

    def __init__(
        self,
        status: int,
        kind: str,
        code: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.details = dict(details or {})

    def body(self) -> dict[str, Any]:
        return {"type": self.kind, "code": self.code, "message": self.message, **self.details}


def bad_request(message: str, code: int = 0) -> ApiError:
    return ApiError(400, KINDS[400], code, message)


def unauthorized(message: str, code: int = 0) -> ApiError:
    return ApiError(401, KINDS[401], code, message)


def forbidden(message: str, code: int = 0) -> ApiError:
    return ApiError(403, KINDS[403], code, message)


def not_found(message: str = "Not Found", code: int = 0) -> ApiError:
    return ApiError(404, KINDS[404], code, message)


def unknown_customer() -> ApiError:
    return not_found("Customer not found", 160212)


def conflict(message: str, code: int = 0) -> ApiError:
    return ApiError(409, KINDS[409], code, message)


def too_many(message: str, *, retry_after: int) -> ApiError:
    return ApiError(429, KINDS[429], 0, message, headers={"Retry-After": str(retry_after)})


def too_large(message: str) -> ApiError:
    return ApiError(413, KINDS[413], 0, message)


def unsupported(message: str) -> ApiError:
    return ApiError(415, KINDS[415], 0, message)


def unprocessable(message: str, code: int = 0) -> ApiError:
    return ApiError(422, KINDS[422], code, message)
