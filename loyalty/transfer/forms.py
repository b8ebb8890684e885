from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .enums import Model
from .files import MAX_SIZE


class ImportForm(forms.Form):
    model = forms.ChoiceField(
        label=_("The rows are"), choices=Model.choices, initial=Model.EVENTS, widget=forms.RadioSelect
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

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_SIZE:
            raise forms.ValidationError(_("The file is larger than 1 GB. Split it, with the header in each part."))
        return file
