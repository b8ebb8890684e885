"""The file that is imported: of a bounded size."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.contrib.import_export.forms import ImportForm

MAX_BYTES = 2 * 1024 * 1024


class BoundedImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        found = self.cleaned_data["import_file"]
        if found.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 2 MB: part it, or send its rows by the Entities API.")
            )
        return found
