"""What administrators enter about a customer field."""

from contextlib import suppress
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.lines import Lines
from loyalty.forms.stale import StaleSafeForm
from loyalty.refusals import Refused

from .models import Field
from .queries import shared_values
from .rules import plain, read_value


class FieldForm(StaleSafeForm[Field]):
    """The definition of a custom field in the configuration."""

    options = Lines(label=_("Options"), required=False, help_text=_("What can be chosen, one per line."))
    default = forms.CharField(
        label=_("Default value"),
        required=False,
        empty_value=None,
        help_text=_("For new customers who come without one. Separate several with commas."),
    )

    class Meta:
        model = Field
        fields = (
            "slug", "name", "labels", "description", "type", "format", "options", "default", "searchable", "external_id",
            "read_only", "personal", "position", "active",
        )  # fmt: skip

    def _as_sent(self) -> Field:
        """With the default as customers would hold it, which is how the row has it."""
        row = super()._as_sent()
        with suppress(Refused):
            row.default = plain(read_value(row.rule, row.default))
        return row

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        found = super().get_initial_for_field(field, field_name)
        if field_name != "default" or found is None:
            return found
        return (
            ", ".join(map(str, found))
            if isinstance(found, list)
            else str(found).lower()
            if found in (True, False)
            else found
        )

    def clean(self) -> None:
        super().clean()
        before = None if self.instance._state.adding else Field.objects.get(pk=self.instance.pk)
        names_customers = bool(before and before.external_id and before.active)
        slug = before.slug if before else self.cleaned_data.get("slug")
        if slug and self.cleaned_data.get("external_id") and self.cleaned_data.get("active") and not names_customers:
            found = shared_values(slug)
            if found.customers:
                self.add_error("external_id", _("This cannot be switched on: %(why)s.") % {"why": found})
