"""The canonical form of a request, as the Escher signing scheme defines it.

Everything is bytes: a form built from parsed or decoded values would let two different requests share one signature.
"""

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote_to_bytes

Header = tuple[str, str]
"""Name in lower case and value, as WSGI gives them: text that is latin-1 for the bytes on the wire."""

_PLAIN_PAIR = re.compile(rb"[A-Za-z0-9_.~*!-]*=[A-Za-z0-9_.~*!-]*")
_SPACES = re.compile(rb"\s+")


def canonical_request(method: str, path: bytes, query: bytes, headers: Sequence[Header], payload: bytes) -> bytes:
    """`query` is canonical already; `headers` are the signed ones only; `payload` is what gets hashed as the body."""
    names = sorted({name for name, _ in headers})
    return b"\n".join(
        (
            method.upper().encode("ascii"),
            path,
            query,
            canonical_headers(headers),
            b"",
            ";".join(names).encode("ascii"),
            hashlib.sha256(payload).hexdigest().encode("ascii"),
        )
    )


def canonical_query(query: bytes, *, without: bytes = b"") -> bytes:
    """Sorted pairs in one encoding. `without` names the pair that carries the signature itself (presigned URLs)."""
    pairs = [part if _PLAIN_PAIR.fullmatch(part) else _recode(part) for part in query.split(b"&") if part]
    if without:
        pairs = [pair for pair in pairs if not pair.startswith(without + b"=")]
    return b"&".join(sorted(pairs))


def _recode(part: bytes) -> bytes:
    name, _, value = part.partition(b"=")
    return b"=".join(quote(unquote_to_bytes(half.replace(b"+", b" ")), safe="!*").encode() for half in (name, value))


def canonical_headers(headers: Sequence[Header]) -> bytes:
    """Repeated headers are joined by commas in the order they came in, as signing clients do."""
    joined: dict[str, bytes] = {}
    for name, value in headers:
        clean = _one_space(value.encode("latin-1"))
        joined[name] = joined[name] + b"," + clean if name in joined else clean
    return b"\n".join(name.encode("ascii") + b":" + joined[name] for name in sorted(joined))


def _one_space(value: bytes) -> bytes:
    if b"  " not in value and b"\t" not in value and b"\n" not in value:
        return value.strip()
    parts = value.split(b'"')
    return b'"'.join(part if index % 2 else _SPACES.sub(b" ", part) for index, part in enumerate(parts)).strip()


def normal_path(path: bytes) -> bytes:
    """The path without `//`, `/./` and `/../`."""
    kept: list[bytes] = []
    segments = path.split(b"/")
    for segment in segments:
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    ends_as_folder = segments[-1] in (b"", b".", b"..")
    return b"/" + b"/".join(kept) + (b"/" if ends_as_folder and kept else b"")
