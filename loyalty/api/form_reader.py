"""Form bodies with brackets in the field names, read to the same structure as the JSON they stand for."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from loyalty.api import bounds
from loyalty.api.problems import ApiError, bad_request, unsupported

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1", "latin1": "latin-1"}


class _Branch(dict[str, Any]):
    """Fields below one name, by what stands in the brackets. `kind` follows from the first one: name, number, next
    (empty brackets); the outermost branch is an object whatever its names look like."""

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self.kind = kind


def read_form(body: bytes, charset: str = "utf-8") -> dict[str, Any]:
    """`data[items][0][price]=200&data[tags][]=a` as `{"data": {"items": [{"price": "200"}], "tags": ["a"]}}`.

    A branch whose names are all numbers becomes a list in the order of the numbers; gaps close up. All values are
    text. Otherwise an ApiError that names the field.
    """
    bounds.check_size(len(body))
    codec = CHARSETS.get(charset.strip().strip('"').lower())
    if codec is None:
        raise unsupported("The charset must be utf-8")
    if body.count(b"&") >= bounds.MAX_VALUES:
        raise bounds.too_many_values()
    root, keys = _Branch("top"), 0
    for pair in filter(None, body.split(b"&")):
        name, _, value = pair.partition(b"=")
        keys += _put(root, _text(name, codec, "A field name"), _text(value, codec, "A value"))
        if keys > bounds.MAX_KEYS:
            raise bounds.too_many_keys()
    return {name: _plain(value) for name, value in root.items()}


def _text(raw: bytes, codec: str, place: str) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode(codec)
    except UnicodeDecodeError:
        raise bad_request(f"{place} of the form is not {codec.upper()}") from None
    bounds.check_text(text, f"{place} of the form")
    return text


def _path(name: str) -> list[str]:
    if name.count("[") >= bounds.MAX_DEPTH:
        raise bounds.too_deep()
    match = _NAME.fullmatch(name)
    if not match:
        raise bad_request(f"The field name {bounds.shown(name)} is not well formed: write it as name[key][0]")
    return [match[1], *_BRACKETS.findall(match[2])]


def _put(root: _Branch, name: str, value: str) -> int:
    """Stores one field; the number of names that are new by it."""
    *folders, last = _path(name)
    branch, new = root, 0
    for folder in folders:
        key = _key(branch, folder, name)
        if key not in branch:
            branch[key] = _Branch()
            new += not _INDEX.fullmatch(key)
        branch = branch[key]
        if not isinstance(branch, _Branch):
            raise _conflict(name)
    key = _key(branch, last, name)
    if key in branch:
        raise _conflict(name) if isinstance(branch[key], _Branch) else _repeated(name)
    branch[key] = value
    return new + (not _INDEX.fullmatch(key))


def _key(branch: _Branch, text: str, name: str) -> str:
    if branch.kind == "top":
        return text
    kind = "next" if not text else "number" if _INDEX.fullmatch(text) else "name"
    if branch.kind not in ("", kind):
        raise _conflict(name)
    branch.kind = kind
    return text or str(len(branch))


def _conflict(name: str) -> ApiError:
    return bad_request(f"The field {bounds.shown(name)} contradicts another: a name is a value, a list or an object")


def _repeated(name: str) -> ApiError:
    return bad_request(f"The field {bounds.shown(name)} is given twice")


def _plain(value: Any) -> Any:
    if not isinstance(value, _Branch):
        return value
    if value.kind in ("number", "next"):
        return [_plain(value[name]) for name in sorted(value, key=int)]
    return {name: _plain(inner) for name, inner in value.items()}
