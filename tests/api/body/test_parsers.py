import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.api.body.parsers import read_form, read_json
from loyalty.api.problems import ApiError
from tests.api.body.hostile import HOSTILE_FORMS, HOSTILE_JSON


def refusal(read: Callable[[bytes], Any], body: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(body)
    return caught.value


def test_an_object_is_read_with_exact_numbers() -> None:
    body = '{"a": 9223372036854775807, "b": 0.10, "c": [true, null, "é"], "d": {"e": 1e3}}'.encode()
    assert read_json(body) == {"a": 2**63 - 1, "b": Decimal("0.10"), "c": [True, None, "é"], "d": {"e": Decimal(1000)}}
    assert isinstance(read_json(b'{"a": 0.5}')["a"], Decimal)


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
    assert len(read_json(json.dumps({"a": [{f"k{n}": n for n in range(2000)}] * 20}).encode())["a"]) == 20
    assert len(read_json(json.dumps({"a": [0] * 199_998}).encode())["a"]) == 199_998
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
    assert read_form(b"a=%E9", "'ISO-8859-1'") == {"a": "é"}
    assert read_form(b"a=%C3%A9", "UTF-8") == {"a": "é"}


@pytest.mark.parametrize(
    "charset", ["'UTF-8'", '"utf-8"', " utf8 ", "", "utf-8;", "windows-1252", "unicode", "x" * 999]
)
def test_valid_utf_8_is_read_whatever_charset_is_named(charset: str) -> None:
    assert read_form(b"a=%C3%A9&b=\xc3\xa9", charset) == {"a": "é", "b": "é"}
    assert refusal(partial(read_form, charset=charset), b"a=%E9").status == 400


def test_an_empty_list_is_an_empty_object() -> None:
    assert read_json(b"[]") == read_json(b" [ ] ") == {}
    assert refusal(read_json, b"[[]]").status == 400


@pytest.mark.parametrize(("body", "status", "text"), HOSTILE_FORMS.values(), ids=HOSTILE_FORMS.keys())
def test_hostile_forms_are_refused_at_once(body: bytes, status: int, text: str) -> None:
    start = time.perf_counter()
    error = refusal(read_form, body)
    assert time.perf_counter() - start < 1
    assert error.status == status
    assert text in error.message
