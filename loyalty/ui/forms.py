from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from loyalty.staff.models import User


class LoginForm(AuthenticationForm):
    """Django's, with a sentence that tells what to do."""

    error_messages = {
        "invalid_login": _("This user name and password do not match. Check both; capitals matter."),
        "inactive": _("This account is switched off. Ask an administrator to switch it on."),
    }


class PreferencesForm(forms.ModelForm[User]):
    shortcuts = forms.BooleanField(
        required=False,
        label=_("Use single-key shortcuts"),
        help_text=_("Switch them off if you dictate or use another tool that types keys. Ctrl K stays."),
    )

    class Meta:
        model = User
        fields = ("shortcuts",)
