"""Whom to invite, and what the invited enter."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.staff.forms import role_choices
from loyalty.staff.models import User


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=role_choices)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Nobody may act on a customer who has their own e-mail address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


def _password(label: Any, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=4_096, strip=False, widget=widget, **more)


class AcceptForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        help_text=_("With it you sign in: letters, digits and @ . + - _ only."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    password = _password(_("Password"), help_text=_("At least 10 characters, and nothing that is easily guessed."))
    again = _password(_("Password again"))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_username(self) -> str:
        name: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(gettext("Somebody has this user name already."))
        return name

    def clean(self) -> None:
        given = self.cleaned_data
        both = [given.get(name, "") for name in ("password", "again")]
        if all(both) and not constant_time_compare(*both):
            self.add_error("again", _("The two passwords differ."))
            return
        if given.get("password"):
            named = {name: given.get(name, "") for name in ("username", "first_name", "last_name")}
            try:
                validate_password(given["password"], User(email=self.email, **named))
            except forms.ValidationError as error:
                self.add_error("password", error)
