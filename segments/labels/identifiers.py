"""How a text becomes the identifier of a label: two texts of one identifier are one label. Pure."""

import hashlib
import re

from anyascii import anyascii

LONGEST_ID = 64
_OTHERS = re.compile(r"[^a-z0-9]+")


def label_id(text: str) -> str:
    """In lower case, transliterated, other characters as `-`; empty for a text without a letter or a digit."""
    return _OTHERS.sub("-", anyascii(text).lower()).strip("-")[:LONGEST_ID].rstrip("-")


def key_of(slug: str) -> int:
    """The internal id of a label that is made of this identifier: whoever makes it at once makes the same one."""
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:8], "big") >> 2
