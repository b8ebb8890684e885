"""The engine writes rows past the ORM: what it knows of each table is what the model says."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from loyalty.composition import COMPOSITION
from loyalty.engine.state import Table

BY_NAME: Mapping[str, list[Table]] = defaultdict(list)
for one in COMPOSITION.tables:
    BY_NAME[one.name].append(one)
MODELS = {model._meta.db_table: model for model in apps.get_models()}


def columns_of(model: type[models.Model]) -> dict[str, str]:
    """By its column, the type of each field: all texts are one to the engine."""
    found = {}
    for field in model._meta.concrete_fields:
        kind = (field.db_type(connection) or "").partition("(")[0]
        found[str(field.column)] = {"varchar": "text", "timestamp with time zone": "timestamptz"}.get(kind, kind)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_table_has_the_columns_of_its_model(name: str) -> None:
    """A table that is written in several ways is written whole in one of them."""
    expected = columns_of(MODELS[name])
    told: list[dict[str, Any]] = [
        {column.strip('"'): kind for column, kind in table.columns.items()} for table in BY_NAME[name]
    ]
    assert expected in told
    assert all(columns.items() <= expected.items() for columns in told)


@pytest.mark.parametrize("table", COMPOSITION.tables, ids=lambda table: table.name)
def test_what_a_table_changes_and_is_found_by_are_columns_of_it(table: Table) -> None:
    assert {*table.key, *table.mutable, *table.written_as} <= table.columns.keys()
    assert not set(table.key) & set(table.mutable)
