"""Form bodies with brackets in the field names, read to the same structure as the JSON they stand for."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from loyalty.api.problems import ApiError, bad_request

from . import bounds

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
# Whatever else a client calls it, a form that is valid UTF-8 is read: several name a charset that they do not mean.
_LATIN_1 = frozenset({"iso-8859-1", "latin1"})


class _Branch(dict[str, Any]):
    """Fields below one name, by what stands in the brackets. `kind` follows from the first one: name, number, next
    (empty brackets); the outermost branch is an object whatever its names look like."""

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self.kind = kind


def read_form(body: bytes, charset: str = "utf-8", most: int = bounds.MAX_BYTES) -> dict[str, Any]:
    """`data[items][0][price]=200&data[tags][]=a` as `{"data": {"items": [{"price": "200"}], "tags": ["a"]}}`.

    A branch whose names are all numbers becomes a list in the order of the numbers; gaps close up. All values are
    text. Otherwise an ApiError that names the field.
    """
    bounds.check_size(len(body), most)
    codec = "latin-1" if charset.strip(" \t\"'").lower() in _LATIN_1 else "utf-8"
    if body.count(b"&") >= bounds.MAX_VALUES:
        raise bounds.too_many_values()
    root = _Branch("top")
    for pair in filter(None, body.split(b"&")):
        name, _, value = pair.partition(b"=")
        _put(root, _text(name, codec, "A field name"), _text(value, codec, "A value"))
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


def _put(root: _Branch, name: str, value: str) -> None:
    *folders, last = _path(name)
    branch = root
    for folder in folders:
        key = _key(branch, folder, name)
        if key not in branch:
            _add(branch, key, _Branch())
        branch = branch[key]
        if not isinstance(branch, _Branch):
            raise _conflict(name)
    key = _key(branch, last, name)
    if key in branch:
        raise _conflict(name) if isinstance(branch[key], _Branch) else _repeated(name)
    _add(branch, key, value)


def _add(branch: _Branch, key: str, value: Any) -> None:
    """Items of a list are bounded with all values, names of an object by their number."""
    if len(branch) >= bounds.MAX_KEYS and branch.kind in ("top", "name"):
        raise bounds.too_many_keys()
    branch[key] = value


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
