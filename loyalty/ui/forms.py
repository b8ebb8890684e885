"""Logging in, and changing one's own password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from loyalty.forms.stale import StaleSafeForm
from loyalty.staff.login.guesses import TooManyGuesses, not_tried, own_password, succeeded, take
from loyalty.staff.login.hashing import TooManyHashes, for_known_person
from loyalty.staff.models import User


class LoginForm(AuthenticationForm):
    """Django's, with a sentence that tells what to do."""

    error_messages = {
        "invalid_login": _("This user name and password do not match. Check both; capitals matter."),
        "inactive": _("This account is switched off. Ask an administrator to switch it on."),
    }
    # Seconds after which it may be tried again, if it was not tried at all.
    wait: int | None = None

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyGuesses as error:
            self.wait = error.seconds
            raise _too_many(error.seconds) from None


def _too_many(seconds: int) -> forms.ValidationError:
    sentence = ngettext_lazy(
        "Too many tries with a wrong password. Wait %(seconds)s second, then try again.",
        "Too many tries with a wrong password. Wait %(seconds)s seconds, then try again.",
        "seconds",
    )
    return forms.ValidationError(sentence, code="wait", params={"seconds": seconds})


class PasswordForm(PasswordChangeForm):
    """The present password is asked for at the pace of a log-in: an open session must not be the way to guess it."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("This is not your present password. Capitals matter."),
    }

    def clean_old_password(self) -> str:
        counts = [own_password(self.user.pk)]
        try:
            take(counts, at=timezone.now())
            with for_known_person():
                found = super().clean_old_password()
        except TooManyGuesses as error:
            raise _too_many(error.seconds) from None
        except TooManyHashes:
            not_tried(counts)
            raise
        succeeded(counts)
        return found


class PreferencesForm(StaleSafeForm[User]):
    shortcuts = forms.BooleanField(
        required=False,
        label=_("Use single-key shortcuts"),
        help_text=_("Switch them off if you dictate or use another tool that types keys. Ctrl K stays."),
    )

    class Meta:
        model = User
        fields = ("shortcuts",)
