"""Ids that the engine draws in blocks."""

from django.db import models


def next_id(sequence: str) -> models.Func:
    """The default of an owned table's id: the engine draws blocks of the same sequence."""
    return models.Func(models.Value(sequence), function="nextval", output_field=models.BigIntegerField())
