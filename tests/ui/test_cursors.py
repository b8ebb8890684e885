from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.ui.paging import Cursor, Scalar, decode, encode

SCOPE = "customers.customer:-last_login_at"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        -5,
        True,
        "",
        "Kovács, Zsófia",
        Decimal("12.340"),
        date(2026, 2, 28),
        datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC),
    ],
)
def test_a_cursor_comes_back_as_it_went(value: Scalar, backwards: bool) -> None:
    cursor = Cursor(value, 7, backwards)
    found = decode(encode(cursor, SCOPE), SCOPE)
    assert found == cursor
    assert found is not None
    assert type(found.value) is type(value)


def test_a_cursor_is_fit_for_an_address() -> None:
    text = encode(Cursor("ű & ?", 7), SCOPE)
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.")


def test_a_cursor_of_another_list_or_order_is_no_cursor() -> None:
    assert decode(encode(Cursor(1, 2), SCOPE), "customers.customer:last_login_at") is None


def test_a_changed_cursor_is_no_cursor() -> None:
    text = encode(Cursor(1, 2), SCOPE)
    assert decode("A" + text[1:], SCOPE) is None


@given(st.text(max_size=200))
def test_no_text_of_a_stranger_is_a_cursor_or_an_error(text: str) -> None:
    assert decode(text, SCOPE) is None


def test_an_unsortable_value_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="list"):
        encode(Cursor([1], 2), SCOPE)  # type: ignore[arg-type]  # what the test is about
