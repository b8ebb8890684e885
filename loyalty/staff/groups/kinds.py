"""Kinds of record that groups can decide of: each room contributes its own, and asks the one rule of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise

from loyalty.contributions import contributed


@dataclass(frozen=True)
class GroupedRecord:
    """A kind of record, by the plural that names it in the programme, such as `customers`.

    `table` says which record is in which group: its columns are `column`, the record's key, and `group_id`. `key_of`: the
    key of the record that a value is, or is about; None for a value of other things. `resolved`: SQL of the record that
    `{key}` stands for now, where one may have become part of another.
    """

    kind: str
    label: str | Promise
    table: str
    column: str
    key_of: Callable[[object], int | None]
    resolved: str = "{key}"


@cache
def grouped_records() -> Mapping[str, GroupedRecord]:
    """By their kind."""
    return {one.kind: one for one in contributed(GroupedRecord)}
