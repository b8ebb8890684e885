"""The database's groups of three letters, by which parts of texts are found, are those of a plain reading."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def groups(text: str) -> list[str]:
    lowered = text.lower()
    return [lowered[place : place + 3] for place in range(len(lowered) - 2)]


@pytest.mark.parametrize(
    "text", ["", "T-", "T-1", "Order 0519/001", "ÁRVÍZTŰRŐ", "aaaa", "日本語の注文", "🎁-🎁-🎁", "x" * 300]
)
def test_groups_of_three_letters_are_those_of_the_text_in_small_letters(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT trigrams(%s)", [text])
        [found] = cursor.fetchone()

    assert found == groups(text)


def test_nothing_has_no_groups() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT trigrams(NULL)")
        assert cursor.fetchone() == (None,)
