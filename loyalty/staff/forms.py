"""What administrators enter about a member of staff."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm

from loyalty.forms.stale import StaleSafeForm

from .enums import Role
from .models import User
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
