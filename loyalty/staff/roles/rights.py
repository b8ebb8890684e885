"""What a right is, and which ones there are: each room says its own in its `rights.py` and contributes them as a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise

from loyalty.contributions import contributed


@dataclass(frozen=True)
class Right:
    """One thing that a role allows. `deed` ends the sentence "Your role does not allow you to …".

    `is_reserved`: administrators alone have it, since with it somebody could give themselves everything else.
    `needs`: without which it could not be used, so a role holds both.
    """

    code: str
    deed: str | Promise
    is_reserved: bool = False
    needs: "Right | None" = None


@dataclass(frozen=True)
class RightGroup:
    """The rights of a room, contributed; the form of a role shows them under this label."""

    label: str | Promise
    rights: Sequence[Right]


@dataclass(frozen=True)
class Uploads:
    """Whoever has the right may send files of up to so many bytes: contributed by the room whose page takes them."""

    right: Right
    most_bytes: int


@dataclass(frozen=True)
class ConfigurationPages:
    """The rows of a model, such as `staff.apikey`, are configured by who has the right: contributed by the model's room."""

    model: str
    right: Right


@cache
def known_rights() -> Mapping[str, Right]:
    """By code."""
    return {right.code: right for group in contributed(RightGroup) for right in group.rights}


def grantable_rights() -> Mapping[str, Right]:
    """Those that a role may hold, by code."""
    return {code: right for code, right in known_rights().items() if not right.is_reserved}


@cache
def configuration_rights() -> Mapping[str, Right]:
    """By model."""
    return {pages.model: pages.right for pages in contributed(ConfigurationPages)}
