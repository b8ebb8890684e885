"""The engine writes rows past the ORM: what it knows of each table is what the model says."""

from collections import defaultdict
from collections.abc import Mapping

import pytest
from django.apps import apps
from django.db import connection, models

from loyalty.composition import COMPOSITION
from loyalty.engine.state import Table

BY_NAME: Mapping[str, list[Table]] = defaultdict(list)
for one in COMPOSITION.tables:
    BY_NAME[one.name].append(one)
MODELS = {model._meta.db_table: model for model in apps.get_models()}


# To the engine all texts are one type, and so are all whole numbers.
SAME = {"varchar": "text", "integer": "bigint", "timestamp with time zone": "timestamptz"}


def columns_of(model: type[models.Model]) -> dict[str, str]:
    """By its column, the type of each field."""
    return {str(field.column): _kind(field.db_type(connection) or "") for field in model._meta.concrete_fields}


def _kind(told: str) -> str:
    plain = told.partition("(")[0].removesuffix("[]")
    return SAME.get(plain, plain) + ("[]" if told.endswith("[]") else "")


def filled_by_the_database(model: type[models.Model]) -> set[str]:
    """What a row is written without: keys that the database draws, what it computes, what comes later."""
    return {
        str(field.column)
        for field in model._meta.concrete_fields
        if field.null or isinstance(field, models.AutoField | models.BigAutoField | models.GeneratedField)
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_table_has_the_columns_of_its_model(name: str) -> None:
    """A table that is written in several ways is written whole in one of them."""
    expected, left_out = columns_of(MODELS[name]), list[set[str]]()
    for table in BY_NAME[name]:
        told = {column.strip('"'): SAME.get(kind, kind) for column, kind in table.columns.items()}
        assert told.items() <= expected.items()
        # Of what is only inserted, the database draws the key.
        left_out.append(expected.keys() - told.keys() - (set() if table.mutable else set(table.key)))
    assert min(left_out, key=len) <= filled_by_the_database(MODELS[name])


@pytest.mark.parametrize("table", COMPOSITION.tables, ids=lambda table: table.name)
def test_what_a_table_changes_and_is_found_by_are_columns_of_it(table: Table) -> None:
    assert {*table.mutable, *table.written_as} <= table.columns.keys()
    assert set(table.key) <= table.columns.keys() or not table.mutable
    assert not set(table.key) & set(table.mutable)
