"""What every operation has in common in the description: errors of both generations, headers, security."""

from collections.abc import Mapping
from typing import Any

from loyalty.api.body.bounds import MAX_BYTES
from loyalty.api.problems import CHALLENGE
from loyalty.api.refusals import published_codes

ENVELOPES = ("Error", "VersionedError", "ReadError")
_MESSAGE = {"type": "string", "description": "What is wrong, where, and what to do about it."}


def _error() -> Mapping[str, Any]:
    meanings = "\n".join(f"* {code}: {known.meaning}" for code, known in published_codes().items() if code)
    return {
        "type": "object",
        "required": ["type", "code", "message"],
        "properties": {
            "type": {"type": "string", "description": "The kind of the error.", "examples": ["NotFoundException"]},
            "code": {
                "type": "integer",
                "description": f"Which rule refused it; 0 where the message says it all.\n\n{meanings}",
            },
            "message": _MESSAGE,
        },
    }


_READ_ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "code", "resendable"],
            "properties": {
                "message": _MESSAGE,
                "code": {
                    "type": "integer",
                    "description": "Which rule refused it; 2132 for whoever is not let in.",
                },
                "resendable": {"type": "boolean", "description": "Whether to send the same request again."},
            },
        }
    },
}


def envelopes() -> Mapping[str, Any]:
    """Errors of each generation, by the names of their schemas; and what two of them have in common."""
    error = {"$ref": "#/components/schemas/ErrorTold"}
    versioned = {
        "type": "object",
        "required": ["status", "error"],
        "properties": {"status": {"type": "string", "const": "error"}, "error": error},
    }
    schemas = ({"type": "object", "required": ["error"], "properties": {"error": error}}, versioned, _READ_ERROR)
    return {"ErrorTold": _error(), **dict(zip(ENVELOPES, schemas, strict=True))}


HEADERS: Mapping[str, Any] = {
    "X-Request-Id": {"description": "Names this request in the service's log.", "schema": {"type": "string"}},
    "RateLimit-Limit": {"description": "Requests that the key has per minute.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "How many of them are left.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "In how many seconds all of them are back.", "schema": {"type": "integer"}},
    "Idempotent-Replayed": {
        "description": "`true` if this is the saved answer of a request that was carried out before.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "The scheme to sign with.", "schema": {"type": "string"}},
}
ON_ANSWERS = ("X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
PARAMETERS: Mapping[str, Any] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A text of your own, such as a UUID; name it in `SignedHeaders`. The same request with the same key"
        " is carried out once; every further one gets the answer of the first. With another key it is another write.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }
}
SECURITY: Mapping[str, Any] = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": f"`{CHALLENGE} Credential=<key>/<YYYYMMDD>/<region>/api/antavo_request, SignedHeaders=date;host,"
        " Signature=<hex>` with a `Date` header at most 300 seconds off.",
    },
    "api_key": {
        "type": "apiKey",
        "in": "query",
        "name": "api_key",
        "description": "A development key by itself, unsigned. Not for production.",
    },
}
# Those of any request, of one that has a body, and of one that is carried out once.
_ALWAYS = (400, 401, 403, 429, 500, 503)
_WITH_BODY = (411, 413, 415)
_ONCE = (409,)
MEANINGS: Mapping[int, str] = {
    400: "The request is wrong: the message names the field and what it must be.",
    401: "The request is not signed, or not as it should be, or its key is unknown.",
    403: "The key may not do that: the message names what it lacks.",
    404: "There is no such thing, or its module is switched off.",
    405: "This address does not take the method: `Allow` names those that it takes.",
    409: "The Idempotency-Key was used for another request, or still runs; or the request is identical to an earlier one"
    " and has no signed Idempotency-Key (101032).",
    411: "The body came in chunks: send a Content-Length.",
    413: f"The body is larger than {MAX_BYTES:,} bytes: send fewer items in one request.",
    415: "The body is neither JSON nor a form, or is compressed, or not in UTF-8.",
    422: "A parameter is wrong: the message names it and what it must be.",
    423: "Somebody else is at it: try again in a minute.",
    429: "The key has used up its requests of this minute: wait for `Retry-After` seconds.",
    500: "The service failed. The message names the request: tell the operator.",
    503: "The service is not available for a moment: send the same request again after `Retry-After` seconds.",
}
_ON_REFUSALS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


def common_statuses(*, has_body: bool, once: bool) -> tuple[int, ...]:
    return (*_ALWAYS, *(_WITH_BODY if has_body else ()), *(_ONCE if once else ()))


def headers_of(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusal(status: int, envelope: str) -> dict[str, Any]:
    return {
        "description": MEANINGS[status],
        "headers": headers_of("X-Request-Id", *_ON_REFUSALS.get(status, ())),
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{envelope}"}}},
    }


RESPONSES: Mapping[str, Any] = {
    f"{envelope}{status}": _refusal(status, envelope) for envelope in ENVELOPES for status in MEANINGS
}
