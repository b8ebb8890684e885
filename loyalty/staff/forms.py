from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from loyalty.ui.lines import Lines
from loyalty.ui.stale import StaleSafeForm

from .document import MAX_BYTES, read_document
from .enums import Api, Module, Role
from .models import ApiKey, GeneralSettings, User, all_apis
from .operations import problems_of_settings
from .queries import other_administrators


class StaffForm(StaleSafeForm[User], UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        fields = ("username", "password", "first_name", "last_name", "email", "role", "is_active")

    def clean(self) -> None:
        """Somebody must be left who may configure the programme; two who leave at once wait for each other."""
        super().clean()
        role, is_active = self.cleaned_data.get("role"), self.cleaned_data.get("is_active")
        before: User = self.instance
        if before.pk and not (role == Role.ADMINISTRATOR and is_active) and not other_administrators(before):
            message = _("This is the last active administrator: make somebody else an administrator first.")
            raise forms.ValidationError(message, code="last_administrator")


SCOPES = (
    "apis",
    "actions",
    "external_ids",
    "may_fix_points",
    "refuse_identical",
    "networks",
    "origins",
    "requests_per_minute",
)


class GeneralSettingsForm(StaleSafeForm[GeneralSettings]):
    modules = forms.MultipleChoiceField(choices=Module, required=False, widget=forms.CheckboxSelectMultiple)
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


class ApiKeyForm(StaleSafeForm[ApiKey]):
    apis = forms.MultipleChoiceField(
        label=_("APIs"),
        choices=Api,
        initial=all_apis,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What it may call. A client-side key is for Events alone."),
    )
    actions = Lines(label=_("Actions"), required=False)
    external_ids = Lines(label=_("External IDs"), required=False)
    networks = Lines(label=_("Networks"), required=False)
    origins = Lines(label=_("Origins"), required=False)

    class Meta:
        model = ApiKey
        fields = ("name", "kind", *SCOPES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("actions", "external_ids", "networks", "origins"):
            self.fields[name].help_text = getattr(ApiKey._meta.get_field(name), "help_text", "")
