"""Whether an answer is the one that an example shows: equal, but for IDs that the service gives."""

import re
from typing import Any

from coupons.api.docs import POOL_ID
from segments.lists.api.docs import ID as LIST_ID

_ID = re.compile(r"1[0-9]")
_GIVEN = re.compile(r"[0-9]+")
# Of pools and lists; those of the world of the examples stay what they are.
_HEX = re.compile(rf"(?!{POOL_ID}|{LIST_ID})[0-9a-f]{{24}}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def differences(found: Any, shown: Any, place: str = "") -> list[str]:
    """Where they differ, and how; empty if they agree. 1, 1.0 and true are three things."""
    if isinstance(found, dict) and isinstance(shown, dict):
        names = [
            f"{place}.{name}: {'missing' if name in shown else 'not shown'}" for name in found.keys() ^ shown.keys()
        ]
        return sorted(names) + [
            one for name in shown if name in found for one in differences(found[name], shown[name], f"{place}.{name}")
        ]
    if isinstance(found, list) and isinstance(shown, list) and len(found) == len(shown):
        pairs = enumerate(zip(found, shown, strict=True))
        return [one for index, (ours, theirs) in pairs for one in differences(ours, theirs, f"{place}[{index}]")]
    if type(found) is type(shown) and (found == shown or _is_given(found, shown)):
        return []
    return [f"{place}: {found!r}, not {shown!r}"]


def _is_given(found: Any, shown: Any) -> bool:
    if not isinstance(found, str):
        return False
    is_number = _ID.fullmatch(shown) and _GIVEN.fullmatch(found)
    return bool(is_number or any(one.fullmatch(shown) and one.fullmatch(found) for one in (_HEX, _UUID)))
