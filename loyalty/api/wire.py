"""Objects of the wire, said once: a `WireObject` is what a writer fills, and what the description of the interface is made of.

A field that may be left out has the default `UNSET`. What is not ours to declare, as the values of custom fields, is `Any`.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import singledispatch
from typing import Annotated, Any, Self, TypeVar

from django.db.models import TextChoices
from msgspec import UNSET, Meta, Struct, UnsetType, inspect, to_builtins

from .docs.describe import Schema
from .docs.shapes import FLAG, NUMBER, TEXT, WHOLE, list_of, map_of, nullable, one_of, shape
from .renderers import other_json

T = TypeVar("T")
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Unix = Annotated[int, Meta(description="Unix time in seconds.")]
# As `customers.api.serializers.number` makes them.
Number = int | Decimal


class WireObject(Struct):
    """The description calls it what its class is called, less `Object`, and says of it what its docstring says."""

    @classmethod
    def of(cls, source: object, **values: Any) -> Self:
        """What must be there and is not among the `values` is told by the attribute of `source` with its name."""
        names = cls.__struct_fields__[: len(cls.__struct_fields__) - len(cls.__struct_defaults__)]
        return cls(**{name: getattr(source, name) for name in names if name not in values}, **values)

    def written(self) -> dict[str, Any]:
        """As it is sent, without what is unset; decimals stay decimals."""
        found: dict[str, Any] = to_builtins(self, builtin_types=(Decimal,), enc_hook=other_json)
        return found


def known(value: T | None) -> T | UnsetType:
    """What is None is left out."""
    return UNSET if value is None else value


def schema_of(declared: type[WireObject]) -> Schema:
    return _schema(inspect.type_info(declared))


def fields_of(declared: type[WireObject]) -> Mapping[str, Schema]:
    """Of what is a part of another object: the schema of each field."""
    found: Mapping[str, Schema] = schema_of(declared)["properties"]
    return found


def optional_in(declared: type[WireObject]) -> Collection[str]:
    """The fields that may be left out."""
    return fields_of(declared).keys() - set(schema_of(declared)["required"])


@singledispatch
def _schema(kind: inspect.Type) -> Schema:
    raise TypeError(f"{type(kind).__name__} has no schema yet")


@_schema.register
def _struct(kind: inspect.StructType) -> Schema:
    fields = {field.encode_name: _schema(field.type) for field in kind.fields}
    optional = [field.encode_name for field in kind.fields if not field.required]
    said = {"description": kind.cls.__doc__} if kind.cls.__doc__ else {}
    return shape(kind.cls.__name__.removesuffix("Object"), fields, optional=optional, **said)


@_schema.register
def _annotated(kind: inspect.Metadata) -> Schema:
    return {**_schema(kind.type), **(kind.extra_json_schema or {})}


@_schema.register
def _union(kind: inspect.UnionType) -> Schema:
    """Of one kind, or `Number`, which is two; and null, if that is among them."""
    kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    if {type(one) for one in kinds} == {inspect.IntType, inspect.DecimalType}:
        found = NUMBER
    elif len(kinds) == 1:
        found = _schema(kinds[0])
    else:
        raise TypeError(f"A union of {len(kinds)} kinds has no schema yet")
    return found if len(kinds) == len(kind.types) else nullable(found)


@_schema.register
def _literal(kind: inspect.LiteralType) -> Schema:
    return one_of(*map(str, kind.values))


@_schema.register
def _choices(kind: inspect.CustomType) -> Schema:
    """Of Django, which msgspec does not take for an enumeration."""
    if not issubclass(kind.cls, TextChoices):
        raise TypeError(f"{kind.cls.__name__} has no schema yet")
    return one_of(*kind.cls.values)


@_schema.register
def _list(kind: inspect.ListType) -> Schema:
    return list_of(_schema(kind.item_type))


@_schema.register
def _map(kind: inspect.DictType) -> Schema:
    return {"type": "object"} if isinstance(kind.value_type, inspect.AnyType) else map_of(_schema(kind.value_type))


def _plain(kind: type[inspect.Type], schema: Schema) -> None:
    _schema.register(kind, lambda _: schema)


_plain(inspect.AnyType, {})
_plain(inspect.BoolType, FLAG)
_plain(inspect.IntType, WHOLE)
_plain(inspect.StrType, TEXT)
