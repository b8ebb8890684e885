"""How a value is entered by its definition, and what the browser makes of it."""

from contextlib import suppress
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.numbers import NumberInput, read_entered
from loyalty.numbers import NotANumber

from .enums import FieldFormat, FieldType
from .rules import MAX_STRING, FieldRule

FORMATS = {FieldFormat.DATE: "date", FieldFormat.URL: "url", FieldFormat.EMAIL: "email", FieldFormat.PHONE: "tel"}


def line(kind: str = "text", **attributes: Any) -> forms.Widget:
    # Numbers are entered as text: a number input drops what it cannot read, and tells nothing.
    return forms.TextInput(attrs={"type": kind, "autocomplete": "off", **attributes})


def as_sent(widget: forms.Widget, value: Any) -> Any:
    """What the browser makes of a value, as an event would have it. A number of two readings raises ValidationError."""
    if isinstance(widget, NumberInput) and isinstance(value, str) and value.strip():
        with suppress(NotANumber):
            return f"{read_entered(value):f}"
    if isinstance(widget, forms.Textarea) and isinstance(value, str):
        return value.splitlines()
    if getattr(widget, "input_type", "") == "datetime-local" and isinstance(value, str):
        found = value.replace("T", " ")
        return f"{found}:00" if len(found) == len("2026-12-31 18:30") else found
    return value


class Moment(forms.TextInput):
    """`2026-12-31 18:30:00` as the browser's input for date and time has it."""

    def format_value(self, value: Any) -> str | None:
        return str(value).replace(" ", "T") if value else None


class OnePerLine(forms.Textarea):
    def format_value(self, value: Any) -> str | None:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


def _choices(rule: FieldRule) -> list[tuple[str, Any]]:
    return [(option, option) for option in rule.options]


def widget_of(rule: FieldRule) -> forms.Widget:
    match rule.type:
        case FieldType.BOOLEAN:
            return forms.Select(choices=[("", "–"), ("true", _("Yes")), ("false", _("No"))])
        case FieldType.SELECT:
            return forms.Select(choices=[("", "–"), *_choices(rule)])
        case FieldType.MULTIPLE_CHOICE:
            return forms.CheckboxSelectMultiple(choices=_choices(rule))
        case FieldType.LIST:
            return OnePerLine(attrs={"rows": 3})
        case FieldType.DATE:
            return line("date")
        case FieldType.DATETIME:
            return Moment(attrs={"type": "datetime-local", "step": "1"})
        case FieldType.NUMERIC:
            return NumberInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        case FieldType.URL | FieldType.IMAGE:
            return line("url", maxlength=MAX_STRING)
    return line(FORMATS.get(FieldFormat(rule.format), "text") if rule.format else "text", maxlength=MAX_STRING)
