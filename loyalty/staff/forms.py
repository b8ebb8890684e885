from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from .document import MAX_BYTES, read_document
from .enums import Module, Role
from .models import GeneralSettings, User
from .operations import problems_of_settings
from .queries import other_administrators


class StaffForm(UserChangeForm):
    def clean(self) -> None:
        """Somebody must be left who may configure the programme; two who leave at once wait for each other."""
        super().clean()
        role, is_active = self.cleaned_data.get("role"), self.cleaned_data.get("is_active")
        before: User = self.instance
        if before.pk and not (role == Role.ADMINISTRATOR and is_active) and not other_administrators(before):
            message = _("This is the last active administrator: make somebody else an administrator first.")
            raise forms.ValidationError(message, code="last_administrator")


class GeneralSettingsForm(forms.ModelForm[GeneralSettings]):
    modules = forms.MultipleChoiceField(choices=Module, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = GeneralSettings
        fields = (
            "brand_name",
            "currency",
            "auto_subscribe",
            "modules",
            "accept_after_days",
            "unique_emails",
            "show_inactive",
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
