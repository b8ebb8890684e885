"""Finding a text by any part of it, in capitals or not: an index of its groups of three letters."""

from typing import TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

M = TypeVar("M", bound=Model)
# Shorter parts have no group of three.
SHORTEST = 3


class Trigrams(Func):
    """The database has no pg_trgm; `trigrams` does what finding a part needs of it."""

    function = "trigrams"
    output_field = ArrayField(TextField())


def with_part(rows: QuerySet[M], column: str, part: str) -> QuerySet[M]:
    """Those whose column has the part somewhere; nothing for one that is too short. `column` has an index of Trigrams."""
    if len(part) < SHORTEST:
        return rows.none()
    found = rows.alias(trigrams=Trigrams(F(column)), lowered=Lower(column))
    narrowed = found.filter(Q(trigrams__contains=Trigrams(Value(part)), lowered__contains=Lower(Value(part))))
    return cast("QuerySet[M]", narrowed)
