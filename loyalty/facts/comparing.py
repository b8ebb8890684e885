"""How a value is compared: as SQL over an expression, and of a number that is known. A missing value satisfies only
*is empty*, *is not*, *is not one of* and *has not*. Pure."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .enums import OF_NOTHING, Kind, Op
from .windows import Window

Bind = Callable[[Any], str]
_SIGNS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE: ">", Op.LESS: "<", Op.IS: "=", Op.ON: "=",
          Op.BEFORE: "<", Op.AFTER: ">"}  # fmt: skip
_NUMBERS: dict[Op, Callable[[Decimal, Decimal], bool]] = {
    Op.AT_LEAST: Decimal.__ge__, Op.AT_MOST: Decimal.__le__, Op.MORE: Decimal.__gt__, Op.LESS: Decimal.__lt__,
    Op.IS: Decimal.__eq__, Op.IS_NOT: Decimal.__ne__,
}  # fmt: skip


def compared(kind: Kind, op: Op, expression: str, value: Any, bind: Bind, today: dt.date) -> str:
    """Of what is true or not, the expression itself."""
    if kind == Kind.YES:
        return expression
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return f"({expression}) IS {'NOT ' if op == Op.NOT_EMPTY else ''}NULL"
    if kind in (Kind.TEXT, Kind.CHOICE):
        return _text(op, expression, value, bind)
    if kind == Kind.FLAG:
        return f"({expression}) IS {'TRUE' if op == Op.YES else 'FALSE'}"
    if kind == Kind.TEXTS:
        return _texts(op, expression, value, bind)
    return _ordered(op, expression, value, bind, today)


def _ordered(op: Op, expression: str, value: Any, bind: Bind, today: dt.date) -> str:
    if op == Op.IS_NOT:
        return f"({expression}) IS DISTINCT FROM {bind(value)}"
    if op == Op.BETWEEN:
        return f"({expression}) BETWEEN {bind(value[0])} AND {bind(value[1])}"
    if op == Op.WITHIN:
        return _within(expression, value, bind, today)
    return f"({expression}) {_SIGNS[op]} {bind(value)}"


def _within(expression: str, window: Window, bind: Bind, today: dt.date) -> str:
    days = window.days(today)
    if days.first and days.last:
        return f"({expression}) BETWEEN {bind(days.first)} AND {bind(days.last)}"
    if days.first:
        return f"({expression}) >= {bind(days.first)}"
    return f"({expression}) <= {bind(days.last)}"


def _text(op: Op, expression: str, value: Any, bind: Bind) -> str:
    """In capitals or not. Parts are compared letter by letter: no pattern, no regular expression."""
    found = f"lower({expression})"
    if op in (Op.IN, Op.NOT_IN):
        listed = f"{found} IN ({', '.join(f'lower({bind(one)})' for one in value)})"
        return listed if op == Op.IN else f"({listed}) IS NOT TRUE"
    wanted = f"lower({bind(value)})"
    return {
        Op.IS: f"{found} = {wanted}",
        Op.IS_NOT: f"{found} IS DISTINCT FROM {wanted}",
        Op.CONTAINS: f"strpos({found}, {wanted}) > 0",
        Op.STARTS: f"starts_with({found}, {wanted})",
        Op.ENDS: f"right({found}, length({wanted})) = {wanted}",
    }[op]


def _texts(op: Op, expression: str, value: Any, bind: Bind) -> str:
    """`expression` is a JSON list, or null."""
    held = f"EXISTS (SELECT 1 FROM jsonb_array_elements_text({expression}) AS one (text) WHERE lower(text) = lower({bind(value)}))"
    return held if op == Op.HAS else f"NOT {held}"


def holds(kind: Kind, op: Op | None, known: Decimal | None, value: Any) -> bool:
    """Whether the comparison is true of this number, or of no value."""
    if kind == Kind.YES or op is None:
        return False
    if known is None:
        return op in OF_NOTHING
    if op == Op.BETWEEN:
        return bool(value[0] <= known <= value[1])
    return _NUMBERS[op](known, value) if op in _NUMBERS else op == Op.NOT_EMPTY
