"""What administrators enter about the programme."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from loyalty.forms.lines import Lines
from loyalty.forms.stale import StaleSafeForm

from .document import MAX_BYTES, read_document
from .models import GeneralSettings
from .modules import module_choices
from .operations import problems_of_settings


class GeneralSettingsForm(StaleSafeForm[GeneralSettings]):
    modules = forms.MultipleChoiceField(choices=module_choices, required=False, widget=forms.CheckboxSelectMultiple)
    refused_names = Lines(
        label=_("Refused names"),
        required=False,
        help_text=GeneralSettings._meta.get_field("refused_names").help_text,
    )

    class Meta:
        model = GeneralSettings
        fields = (
            "brand_name",
            "currency",
            "auto_subscribe",
            "modules",
            "accept_after_days",
            "earn_in_unknown_currencies",
            "unique_emails",
            "show_inactive",
            "import_file_days",
            "import_record_days",
            "refused_names",
        )

    def clean(self) -> None:
        super().clean()
        for name, message in problems_of_settings(self.cleaned_data):
            if name not in self.errors:
                self.add_error(name, message)


class ProgramFileForm(forms.Form):
    """A program file, to see what it changes; `document()` raises Invalid."""

    file = forms.FileField(
        label=_("Program file"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("JSON, as the export gives it. What it leaves out stays as it is."),
    )

    def document(self) -> dict[str, Any]:
        # One byte more than may be: the reader says that it is too large.
        return read_document(self.cleaned_data["file"].read(MAX_BYTES + 1))


class ProgramApplyForm(forms.Form):
    """The file whose difference was shown, and the version it was shown for."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    base = forms.IntegerField(widget=forms.HiddenInput)

    def document(self) -> dict[str, Any]:
        return read_document(self.cleaned_data["text"].encode())
