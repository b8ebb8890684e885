from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm

from loyalty.ui.lines import Lines
from loyalty.ui.stale import StaleSafeForm

from .enums import Api, Role
from .models import ApiKey, User, all_apis
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
