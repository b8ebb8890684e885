"""What administrators enter about an API key."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.lines import Lines
from loyalty.forms.stale import StaleSafeForm

from .enums import Api
from .models import ApiKey, all_apis

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
