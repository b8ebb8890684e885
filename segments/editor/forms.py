"""A segment's name and what else it has besides its rule."""

import re
from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from segments.models import ID, OWN_ADDRESSES, Segment


class SegmentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    id = forms.CharField(
        label=_("ID"), max_length=64, required=False, validators=[ID], help_text=_("Empty: derived from the name. It can’t be changed later.")
    )  # fmt: skip
    description = forms.CharField(label=_("Description"), max_length=500, required=False)
    announces = forms.BooleanField(
        label=_("Events tell of entering and leaving"),
        required=False,
        help_text=_("Each customer who enters or leaves gets an event that says so."),
    )

    def __init__(self, *args: Any, segment: Segment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segment = segment
        if segment is not None:
            del self.fields["id"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.segment is not None:
            return {**found, "id": self.segment.slug}
        slug = found.get("id") or slug_of(found.get("name", ""))
        if "id" not in self.errors and "name" in found:
            if not slug:
                self.add_error("id", gettext("Enter an ID: none can be derived from this name."))
            elif slug in OWN_ADDRESSES:
                self.add_error(
                    "id", gettext("“%(id)s” is the address of another page: enter another ID.") % {"id": slug}
                )
            elif Segment.objects.filter(slug=slug).exists():
                self.add_error("id", gettext("There is a segment of this ID already."))
        return {**found, "id": slug}

    def item(self) -> dict[str, Any]:
        """As the program file has it, without the rule."""
        return {name: self.cleaned_data[name] for name in ("id", "name", "description", "announces")}


def slug_of(name: str) -> str:
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].rstrip("-")
