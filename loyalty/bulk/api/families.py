"""How a family of requests is told of on the wire. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """`items`: what its payloads call what it is about, and `target` what it names; the codes are for a batch that
    is not there: asked for its status, or its errors."""

    name: str
    items: str
    target: str
    no_status: int
    no_errors: int
