"""Texts without regard to capitals, in the order of their code points, whatever language the database sorts by: one index
then serves the whole text, its beginning, and the order of a list."""

from django.db.models import F, Value
from django.db.models.functions import Collate, Lower


def folded(text: F | Value | str) -> Collate:
    return Collate(Lower(text), "C")
