"""What administrators enter about a member of staff."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminSelectWidget

from loyalty.forms.stale import StaleSafeForm

from .enums import Role
from .models import User
from .queries import other_administrators
from .roles.queries import roles


def role_choices() -> Iterator[tuple[str, str]]:
    return ((role.slug, role.name) for role in roles())


class RoleField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        choices = {"choices": role_choices, "initial": Role.READ_ONLY, "label": _("Role")}
        super().__init__(**{"widget": UnfoldAdminSelectWidget, **choices, **kwargs})


class StaffForm(StaleSafeForm[User], UserChangeForm):
    role = RoleField()

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
