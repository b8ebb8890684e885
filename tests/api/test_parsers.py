import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.api.parsers import read_form, read_json
from loyalty.api.problems import ApiError


def refusal(read: Callable[[bytes], Any], body: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(body)
    return caught.value


def test_an_object_is_read_with_exact_numbers() -> None:
    body = '{"a": 9223372036854775807, "b": 0.10, "c": [true, null, "é"], "d": {"e": 1e3}}'.encode()
    assert read_json(body) == {"a": 2**63 - 1, "b": Decimal("0.10"), "c": [True, None, "é"], "d": {"e": Decimal(1000)}}
    assert isinstance(read_json(b'{"a": 0.5}')["a"], Decimal)


HOSTILE_JSON = {
    "depth 33": (b'{"a":' + b"[" * 32 + b"]" * 32 + b"}", 400, "levels deep"),
    "depth 2000": (b"[" * 2000, 400, "levels deep"),
    "depth 2000 of objects": (b'{"a":' * 2000, 400, "levels deep"),
    "depth 10^6": (b"[" * 1_000_000, 400, "values"),
    "closing brackets": (b"]" * 1_000_000, 400, "not JSON"),
    "NUL in a value": (b'{"a": "x\\u0000y"}', 400, "'a' contains a NUL"),
    "NUL in a key": (b'{"a\\u0000": 1}', 400, "NUL"),
    "raw NUL": (b'{"a": "x\x00y"}', 400, "not JSON"),
    "lone high surrogate": (b'{"a": "\\ud800"}', 400, "'a' contains half of a surrogate pair"),
    "lone low surrogate in a list": (b'{"a": [["\\udc00x"]]}', 400, "surrogate"),
    "surrogate key": (b'{"\\ud800": 1}', 400, "surrogate"),
    "surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', 400, "not UTF-8"),
    "1e400": (b'{"a": 1e400}', 400, "10^30"),
    "1e-400": (b'{"a": 1e-400}', 400, "10^30"),
    "exponent of a billion": (b'{"a": 1e1000000000}', 400, "10^30"),
    "NaN": (b'{"a": NaN}', 400, "NaN"),
    "Infinity": (b'{"a": -Infinity}', 400, "Infinity"),
    "5,000-digit integer": (b'{"a": ' + b"9" * 5000 + b"}", 400, "64 bits"),
    "5,000-digit decimal": (b'{"a": 0.' + b"9" * 5000 + b"}", 400, "40 characters"),
    "2^63": (b'{"a": 9223372036854775808}', 400, "64 bits"),
    "below -2^63": (b'{"a": -9223372036854775809}', 400, "64 bits"),
    "2 MB": (b'{"a": "' + b"x" * 2_000_000 + b'"}', 413, "1,048,576 bytes"),
    "10^5 keys": (json.dumps({f"k{n}": 1 for n in range(80_000)}).encode(), 400, "2,000 keys"),
    "2,001 keys": (json.dumps({f"k{n}": 1 for n in range(2001)}).encode(), 400, "2,000 keys"),
    "2,001 keys in lists": (json.dumps({"a": [{"k": 1}] * 2000}).encode(), 400, "2,000 keys"),
    "10,001 values": (json.dumps({"a": list(range(10_001))}).encode(), 400, "10,000 values"),
    "many empty lists": (b'{"a":[' + b"[]," * 300_000 + b"[]]}", 400, "10,000 values"),
    "many strings": (b'{"a":[' + b'"",' * 300_000 + b'""]}', 400, "10,000 values"),
    "unfinished string of escaped quotes": (b'{"a": "' + b'\\"' * 500_000, 400, "not JSON"),
    "backslashes": (b"{[" * 40 + b'"' + b"\\" * 999_999, 400, "levels deep"),
    "quotes without separators": (b"{" + b'"' * 1_000_000, 400, "not JSON"),
    "repeated key": (b'{"a": {"points": 1, "points": 2}}', 400, "'points' is given twice"),
    "repeated key in two spellings": (b'{"a": 1, "\\u0061": 2}', 400, "'a' is given twice"),
    "bad UTF-8": (b'{"a": "\xff"}', 400, "byte 8"),
    "UTF-8 mark": (b'\xef\xbb\xbf{"a": 1}', 400, "byte order mark"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), 400, "UTF-16"),
    "UTF-16 without a mark": ('{"a": 1}'.encode("utf-16-le"), 400, "not JSON"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), 400, "UTF-16"),
    "gzip": (b"\x1f\x8b\x08\x00" + b"\x00" * 100, 400, "not UTF-8"),
    "list": (b"[1]", 400, "must be a JSON object"),
    "text": (b'"a"', 400, "must be a JSON object"),
    "nothing": (b"", 400, "empty"),
    "spaces": (b" \n" * 1000, 400, "empty"),
    "cut off": (b'{"a": ', 400, "line 1, column 7"),
    "second document": (b'{"a": 1} {"b": 2}', 400, "Extra data"),
    "comment": (b'{"a": 1 /* one */}', 400, "not JSON"),
    "single quotes": (b"{'a': 1}", 400, "not JSON"),
}


@pytest.mark.parametrize(("body", "status", "text"), HOSTILE_JSON.values(), ids=HOSTILE_JSON.keys())
def test_hostile_json_is_refused_at_once(body: bytes, status: int, text: str) -> None:
    start = time.perf_counter()
    error = refusal(read_json, body)
    assert time.perf_counter() - start < 1
    assert error.status == status
    assert text in error.message


@pytest.mark.parametrize("name", ["depth 10^6", "10^5 keys", "many empty lists", "many strings", "2 MB"])
def test_hostile_json_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    refusal(read_json, HOSTILE_JSON[name][0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


def test_the_limits_themselves_are_allowed() -> None:
    assert read_json(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")
    assert len(read_json(json.dumps({f"k{n}": n for n in range(2000)}).encode())) == 2000
    assert len(read_json(json.dumps({"a": [0] * 9_998}).encode())["a"]) == 9_998
    assert read_json(b'{"a": -9223372036854775808}') == {"a": -(2**63)}


def test_brackets_colons_and_commas_in_texts_do_not_count() -> None:
    text = '[{:,\\"' * 20_000
    assert read_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_the_values_of_a_sender_are_not_repeated_in_messages() -> None:
    assert "secret@example.com" not in refusal(read_json, b'{"email": "secret@example.com\\u0000"}').message


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc[]:,", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text("xyz", max_size=3), JSON_VALUES, max_size=4), st.booleans())
def test_what_other_readers_read_is_read_the_same(value: dict[str, Any], ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text('{}[]",:\\u0d8 1e.-', max_size=80).map(str.encode))
def test_noise_is_read_or_refused_by_name(body: bytes) -> None:
    for read in (read_json, read_form):
        with suppress(ApiError):
            assert isinstance(read(body), dict)


def test_brackets_become_the_same_structure_as_json() -> None:
    body = (
        b"customer=c1&data[items][0][price]=200&data[items][1][price]=3&data[tags][]=a&data[tags][]=b&data[note]=x+y%26"
    )
    assert read_form(body) == {
        "customer": "c1",
        "data": {"items": [{"price": "200"}, {"price": "3"}], "tags": ["a", "b"], "note": "x y&"},
    }


def test_encoded_brackets_are_brackets() -> None:
    assert read_form(b"data%5Bpoints%5D=5") == {"data": {"points": "5"}}


def test_lists_are_ordered_by_index_and_gaps_close_up() -> None:
    assert read_form(b"a[7]=c&a[2]=b&a[0]=a") == {"a": ["a", "b", "c"]}


def test_the_outermost_names_stay_names() -> None:
    assert read_form(b"0=a&1=b") == {"0": "a", "1": "b"}


def test_the_charset_of_a_form_may_be_named() -> None:
    assert read_form(b"a=%E9", "iso-8859-1") == {"a": "é"}
    assert read_form(b"a=%C3%A9", "UTF-8") == {"a": "é"}
    with pytest.raises(ApiError) as caught:
        read_form(b"a=1", "utf-7")
    assert caught.value.status == 415


HOSTILE_FORMS = {
    "value and object": (b"a=1&a[b]=2", 400, "'a[b]' contradicts"),
    "object and value": (b"a[b]=2&a=1", 400, "'a' contradicts"),
    "list and object": (b"a[0]=1&a[x]=2", 400, "'a[x]' contradicts"),
    "object and list": (b"a[x]=1&a[]=2", 400, "'a[]' contradicts"),
    "numbered and counted": (b"a[]=1&a[0]=2", 400, "'a[0]' contradicts"),
    "repeated name": (b"a=1&a=2", 400, "'a' is given twice"),
    "repeated name in two spellings": (b"a[b]=1&a%5Bb%5D=1", 400, "'a[b]' is given twice"),
    "unclosed bracket": (b"a[b=1", 400, "'a[b' is not well formed"),
    "unopened bracket": (b"ab]=1", 400, "'ab]' is not well formed"),
    "text behind a bracket": (b"a[b]c=1", 400, "'a[b]c' is not well formed"),
    "bracket in a bracket": (b"a[b[c]]=1", 400, "not well formed"),
    "no name": (b"=1", 400, "not well formed"),
    "only brackets": (b"[a]=1", 400, "not well formed"),
    "depth 33": (b"a" + b"[x]" * 32 + b"=1", 400, "levels deep"),
    "a megabyte of brackets": (b"a" + b"[]" * 500_000, 400, "levels deep"),
    "a megabyte of opening brackets": (b"a" + b"[" * 1_000_000, 400, "levels deep"),
    "10^5 fields": (b"&".join(b"k%d=1" % n for n in range(100_000)), 400, "10,000 values"),
    "2,001 names": (b"&".join(b"k%d=1" % n for n in range(2001)), 400, "2,000 keys"),
    "a million separators": (b"&" * 1_000_000, 400, "10,000 values"),
    "NUL": (b"a=%00", 400, "NUL"),
    "NUL in a name": (b"a%00=1", 400, "NUL"),
    "bad UTF-8": (b"a=%FF", 400, "not UTF-8"),
    "surrogate in UTF-8": (b"a=%ED%A0%80", 400, "not UTF-8"),
    "2 MB": (b"a=" + b"x" * 2_000_000, 413, "1,048,576 bytes"),
}


@pytest.mark.parametrize(("body", "status", "text"), HOSTILE_FORMS.values(), ids=HOSTILE_FORMS.keys())
def test_hostile_forms_are_refused_at_once(body: bytes, status: int, text: str) -> None:
    start = time.perf_counter()
    error = refusal(read_form, body)
    assert time.perf_counter() - start < 1
    assert error.status == status
    assert text in error.message
