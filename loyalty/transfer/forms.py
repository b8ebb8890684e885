"""What is asked before a file is imported."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import Text
from loyalty.transfer.files.store import MAX_SIZE
from loyalty.transfer.reading.options import MAX_SOURCE, Options

from .enums import Model, UnknownColumns
from .kinds import kind_labels

DECIMAL_MARKS = [("", _("Not sure")), (".", "12.50"), (",", "12,50")]


def kind_choices() -> list[tuple[str, Text]]:
    return [*kind_labels().items()]


class ImportForm(forms.Form):
    model = forms.ChoiceField(
        label=_("The rows are"), choices=kind_choices, initial=Model.EVENTS, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, with the names of the columns in the first line. At most 1 GB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={
            "required": _("Choose a CSV file of at most 1 GB."),
            "empty": _("The file is empty. Choose another one."),
        },
    )
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=MAX_SOURCE,
        help_text=_(
            "Where the rows come from, such as “till” or “migration”. An event that another file of the same source has"
            " brought is not recorded again. Empty: one source for all files."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    decimal_mark = forms.ChoiceField(
        label=_("Decimals are written as"), choices=DECIMAL_MARKS, required=False, widget=forms.RadioSelect
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_SIZE:
            raise forms.ValidationError(_("The file is larger than 1 GB. Split it, with the header in each part."))
        return file

    @property
    def options(self) -> Options:
        return Options(source=self.cleaned_data["source"], decimal_mark=self.cleaned_data["decimal_mark"])


class StartForm(forms.Form):
    """The answer to what the page of an uploaded file asks."""

    unknown = forms.ChoiceField(choices=[("", ""), *UnknownColumns.choices], required=False)
