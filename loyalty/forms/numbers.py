"""Numbers as staff enter them: `1 000`, `1,099.90`, `99,90`. One reading for all fields of forms."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.formats import THOUSANDS, number
from loyalty.numbers import AmbiguousNumber, NotANumber, read_number

AMBIGUOUS = _("This may mean %(thousands)s or %(decimals)s. Enter %(plain)s or %(exact)s.")


def read_entered(text: str) -> Decimal:
    """What the text means where numbers are shown as `formats.number` shows them: `1,000` is one thousand. `1.000` is
    refused with both readings, since half of the world writes a thousand like that. Raises ValidationError, NotANumber."""
    try:
        return read_number(text)
    except AmbiguousNumber as found:
        if THOUSANDS in text:
            return found.thousands
        # With a fourth decimal, three digits behind a mark are no group of thousands.
        exact = f"{found.decimals.normalize():f}"
        exact += "0" if len(exact.partition(".")[2]) == 3 else ""
        told = {
            "thousands": number(found.thousands),
            "decimals": f"{found.decimals.normalize():f}",
            "plain": f"{found.thousands:f}",
            "exact": exact,
        }
        raise forms.ValidationError(AMBIGUOUS, code="ambiguous", params=told) from None


class _Entered(forms.Field):
    """Of a field whose text is a number; what is none is left to Django, which says so."""

    def to_python(self, value: Any) -> Any:
        value = value.strip() if isinstance(value, str) else value
        if isinstance(value, str) and value:
            try:
                value = f"{read_entered(value):f}"
            except NotANumber:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class WholeNumberField(_Entered, forms.IntegerField):
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class NumberField(_Entered, forms.DecimalField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class NumberInput(forms.TextInput):
    """Of a value that is read by a definition: `as_sent` reads its text as the fields above do."""
