"""What the engine refuses, as a form says it: at the field that it is about, by that field's label, in plain words.

A room's `Words` stand beside its forms and say by code, or by code and field, what its staff should read. What has none
is said in the words of the API, with the label in place of the name on the wire.
"""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext

from loyalty.refusals import Refused

Words = Mapping[int | tuple[int, str], str | Promise]
NO_WORDS: Words = {}


def in_words(refusal: Refused, label: object = "", words: Words = NO_WORDS) -> str:
    """As a sentence for people. `label` of the field that it is about; "": as the name on the wire reads."""
    name = refusal.field.rpartition(".")[2]
    label = label or name.replace("_", " ").capitalize()
    found = words.get((refusal.code, name)) or words.get(refusal.code)
    if found:
        return str(found) % {"label": label}
    if refusal.predicate:
        return gettext("“%(label)s” %(predicate)s.") % {"label": label, "predicate": refusal.predicate}
    return refusal.sentence


class RefusableForm(forms.Form):
    """Shows refusals; `words` are those of its room."""

    words: ClassVar[Words] = NO_WORDS

    def refuse(self, refusal: Refused) -> None:
        """Show the refusal at its field, or on top of the form if it has none."""
        name = self.place_of(refusal)
        label = self.fields[name].label if name else ""
        self.add_error(name, in_words(refusal, label, self.words))

    def place_of(self, refusal: Refused) -> str | None:
        """The form's field that the refusal is about."""
        return refusal.field if refusal.field in self.fields else None
