"""Fields in which names and values are entered, one per line."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.lines import Lines

_PAIR = re.compile(r"([^:=\s]+)\s*[:=]\s*(.*)")
_PRICE = re.compile(r"([A-Za-z]{3})\s*[:=]?\s*([0-9]{1,10})")


class Pairs(Lines):
    """`name: value`, one per line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {said}" for name, said in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        found = [(text, _PAIR.fullmatch(text)) for text in super().clean(value)]
        if wrong := [text for text, pair in found if pair is None]:
            raise forms.ValidationError(_("“%(line)s” is no name with a value."), params={"line": wrong[0][:40]})
        return {pair[1]: pair[2] for _text, pair in found if pair}


class Prices(Lines):
    """`USD 120`, one per line."""

    def prepare_value(self, value: Any) -> Any:
        return (
            "\n".join(f"{currency} {points}" for currency, points in value.items())
            if isinstance(value, dict)
            else value
        )

    def clean(self, value: Any) -> Any:
        found = [(text, _PRICE.fullmatch(text)) for text in super().clean(value)]
        if wrong := [text for text, price in found if price is None]:
            raise forms.ValidationError(
                _("“%(line)s” is no currency with points, such as USD 120."), params={"line": wrong[0][:40]}
            )
        return {price[1].upper(): int(price[2]) for _text, price in found if price}
