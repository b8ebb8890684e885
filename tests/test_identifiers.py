"""The one form of what names customers and orders."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from loyalty.identifiers import AFTER_AN_ID, REFUSED_NAMES, fault_of_id, folded, forms, normal, unseen

COMPOSED, DECOMPOSED = "Ren\u00e9e", "Rene\u0301e"
REFUSED = frozenset(map(folded, REFUSED_NAMES))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (" C-1\u00a0", "C-1"),
        (DECOMPOSED, COMPOSED),
        ("\uff23\uff0d\uff11", "C-1"),
        ("\uff76\uff9e", "\u30ac"),
        ("\u212b", "\u00c5"),
        ("\ufb01x", "\ufb01x"),
        ("c-1", "c-1"),
    ],
    ids=["blanks", "decomposed", "full width", "half width", "Angstrom sign", "a ligature stays", "small letters stay"],
)
def test_the_one_form_is_composed_trimmed_and_of_one_width(sent: str, meant: str) -> None:
    assert normal(sent) == meant


@given(st.text())
def test_the_one_form_of_the_one_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert forms(text)[-1] == normal(text)


# What both Unicode versions, Python's and the database's, know.
LETTERS = st.text("aZ0-é\u0301\u3000\uff21\uff41\uff76\uff9e\u00a0 \t\u212b\u1e9b\u0323\u05d0ß中\U0001f600")


@pytest.mark.django_db
@given(LETTERS)
def test_the_database_makes_the_same_of_a_text(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT one_form(%s)", [text])
        assert cursor.fetchone() == (normal(text),)


@pytest.mark.parametrize("letter", ["\u200b", "\ufeff", "\u00ad", "\u202e", "\ufe0f", "\u3164", "\u034f", "\x1f", "\n"])
def test_what_nobody_sees_is_no_part_of_an_id(letter: str) -> None:
    assert unseen(f"C{letter}1") == f"U+{ord(letter):04X}"
    assert "printable characters" in fault_of_id(f"C{letter}1", REFUSED)


@pytest.mark.parametrize("name", [*REFUSED_NAMES, "NULL", "Undefined", "\uff4e\uff55\uff4c\uff4c"])
def test_a_name_that_programs_send_for_nobody_is_refused(name: str) -> None:
    assert "for nobody" in fault_of_id(normal(name), REFUSED)
    assert not fault_of_id(f"{name}-1", REFUSED)


@pytest.mark.parametrize(
    "id",
    [
        "-",
        ".",
        "..",
        "a/../b",
        "a/./b",
        "a/-/b",
        "/a",
        "a/",
        "a//b",
        *(f"a/{word}" for word in AFTER_AN_ID),
        "a/Rewards",
    ],
)
def test_an_id_that_no_address_names_is_refused(id: str) -> None:
    assert fault_of_id(id, frozenset())


@pytest.mark.parametrize("id", ["store/7/1042", "a-b", "a.b", "...", "events", "a/events7", "a b", "ID:7", "é/中"])
def test_an_id_that_an_address_names_is_permitted(id: str) -> None:
    assert fault_of_id(id, REFUSED) == ""
