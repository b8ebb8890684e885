"""A request as it was on the wire, as far as the server tells."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes

from django.http import HttpRequest

from loyalty.http.routes import regex_of

from .canonical import Header
from .signing import RawRequest

# What clients leave unescaped in a path: nothing but the unreserved; JavaScript's encodeURIComponent; RFC 3986's pchar;
# Go's two.
_SAFE = ("/", "/!*'()", "/!$&'()*+,;=:@", "/$&+=:@", "/$&+,:;=@")
# Stands for a slash that is a part of an ID.
INNER_SLASH = "\x00"
_ONE_WAY = re.compile("[A-Za-z0-9_./-]*")
_ESCAPE = re.compile("%[0-9A-F]{2}")


def raw_request(request: HttpRequest, body: bytes) -> RawRequest:
    path, *others = _paths(request)
    query = request.META.get("QUERY_STRING", "").encode("latin-1")
    return RawRequest(request.META["REQUEST_METHOD"], path, query, list(_headers(request)), body, tuple(others))


def _headers(request: HttpRequest) -> Iterator[Header]:
    # Not request.headers: a dict would hide that one name came in two spellings.
    for name, value in request.META.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").lower(), value
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield name.replace("_", "-").lower(), value


def _paths(request: HttpRequest) -> list[bytes]:
    """The path as sent, if the server keeps it; WSGI need not. Otherwise the ways to write the decoded path: since
    the routes see nothing but the decoded one, a signature over any of them is a signature over what will run."""
    decoded = request.path.encode()
    uri = str(request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or "")
    sent = uri.partition("?")[0].encode("latin-1", "replace")
    if sent and unquote_to_bytes(sent) == decoded:
        return [sent]
    return [*spellings(request.path), *_with_inner_slashes(request)]


def _with_inner_slashes(request: HttpRequest) -> list[bytes]:
    """The ways to write it where the slashes inside of IDs are escaped, too: the route has told which they are."""
    match, path = request.resolver_match, request.path[1:]
    if match is None or INNER_SLASH in path or not any("/" in str(value) for value in match.kwargs.values()):
        return []
    if (found := re.fullmatch(f"{regex_of(match.route)}/?", path, re.IGNORECASE)) is None:
        return []
    for start, end in sorted((found.span(name) for name in found.groupdict()), reverse=True):
        path = path[:start] + path[start:end].replace("/", INNER_SLASH) + path[end:]
    escape = quote(INNER_SLASH).encode()
    both = [(one.replace(escape, b"%2F"), one.replace(escape, b"%2f")) for one in spellings(f"/{path}")]
    return list(dict.fromkeys(one for pair in both for one in pair))


def spellings(path: str) -> list[bytes]:
    """The ways in which clients write a path: what they leave unescaped, `~`, the case of hex digits, UTF-8 as it is.

    Each stands for this very path and no other.
    """
    if _ONE_WAY.fullmatch(path):
        return [path.encode()]
    found = [quote(path, safe=safe) for safe in _SAFE]
    found.append("".join(letter if letter >= "\x80" else quote(letter, safe=_SAFE[2]) for letter in path))
    found += [text.replace("~", "%7E") for text in found]
    found += [_ESCAPE.sub(lambda escape: escape[0].lower(), text) for text in found]
    return list(dict.fromkeys(text.encode() for text in found))
