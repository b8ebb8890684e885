"""How staff enter points, money, days and texts: fields of forms."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.engine.values import MAX_MONEY, MAX_POINTS, MAX_QUANTITY, MAX_TEXT, QUANTITY_PLACES

from .numbers import NumberField, WholeNumberField

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def points(*, least: int = 1, **kwargs: Any) -> forms.Field:
    return WholeNumberField(min_value=least, max_value=MAX_POINTS, **kwargs)


def signed_points(**kwargs: Any) -> forms.Field:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return WholeNumberField(min_value=-MAX_POINTS, max_value=MAX_POINTS, widget=widget, **kwargs)


def quantity(*, least: Decimal | int = -MAX_QUANTITY, **kwargs: Any) -> forms.Field:
    """Pieces, or by weight."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        min_value=least, max_value=MAX_QUANTITY, decimal_places=QUANTITY_PLACES, widget=widget, **kwargs
    )


def signed_money(**kwargs: Any) -> forms.Field:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.DecimalField(min_value=-MAX_MONEY, max_value=MAX_MONEY, decimal_places=4, widget=widget, **kwargs)


def money(**kwargs: Any) -> forms.Field:
    return NumberField(min_value=0, max_value=MAX_MONEY, decimal_places=4, **kwargs)


def day(**kwargs: Any) -> forms.Field:
    """Within the years in which every day has a midnight before and after it, in all zones, and events have theirs."""
    attributes = {"type": "date", "min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    widget = forms.DateInput(attrs=attributes, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=[possible_day], **kwargs)


def possible_day(found: date) -> None:
    """A validator, of days and of times."""
    if not FIRST_DAY.year <= found.year <= LAST_DAY.year:
        raise forms.ValidationError(_("Enter a day between 1900 and 2999."))


def line(limit: int = MAX_TEXT) -> Callable[..., forms.Field]:
    def make(**kwargs: Any) -> forms.Field:
        return forms.CharField(max_length=limit, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    return make


def paragraph(**kwargs: Any) -> forms.Field:
    return forms.CharField(max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)
