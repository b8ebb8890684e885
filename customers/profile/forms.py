"""Personal information as staff enter it: each value is read as the engine reads it."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from customers.fields.inputs import OnePerLine, as_sent, line, widget_of
from customers.fields.models import Field
from customers.fields.names import country_name, currency_name, gender_name, language_name
from customers.fields.reserved import TEXTS
from customers.fields.rules import BUILT_IN, MAX_IDENTITY, plain, read_attribute, read_value
from customers.fields.vocabularies import GENDERS, common_currencies, common_languages, countries
from customers.fields.vocabularies import plain as plain_name
from customers.models import Customer
from customers.queries import refused_names
from loyalty.forms.refusals import RefusableForm, in_words
from loyalty.identifiers import fault_of_id, normal
from loyalty.refusals import Refused
from loyalty.staff.sight import Sight

# The built-in fields in the order of the form.
LABELS: dict[str, Any] = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "nickname": _("Nickname"),
    "handler": _("Handler"),
    "email": _("Email address"),
    "mobile_phone": _("Mobile phone"),
    "birth_date": _("Birthdate"),
    "gender": _("Gender"),
    "language": _("Language"),
    "country": _("Country"),
    "currency": _("Currency"),
    "image_url": _("Picture"),
    "src": _("Source"),
    "referrer": _("Referrer"),
}
HINTS: dict[str, Any] = {
    "image_url": _("The address of the picture."),
    "referrer": _("The ID of the customer who referred this one."),
}
TYPES = {"email": "email", "mobile_phone": "tel", "birth_date": "date"}
# Of the form's names: a custom field may be called as one of its own.
CUSTOM = "field_"


class ReadField(forms.Field):
    """A value read by a definition; a wrong one is told in the same words everywhere."""

    def __init__(self, read: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(required=False, show_hidden_initial=True, **kwargs)
        self.read = read

    def clean(self, value: Any) -> Any:
        try:
            return self.read(as_sent(self.widget, value))
        except Refused as refusal:
            raise forms.ValidationError(in_words(refusal, self.label)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(initial) != self.clean(data))
        except forms.ValidationError:
            return True


# How the words of closed vocabularies are read aloud, and in what order they are offered.
SPOKEN: dict[str, tuple[Sequence[str], Callable[[str], str]]] = {
    "gender": (tuple(GENDERS), gender_name),
    "language": (common_languages(), language_name),
    "country": (countries(), country_name),
    "currency": (common_currencies(), currency_name),
}


def choice_of(name: str, held: str | None) -> forms.Select:
    """Of a closed vocabulary; what the customer holds is offered as it is, if it is none of its words."""
    words, spoken = SPOKEN[name]
    offered = sorted(((word, spoken(word)) for word in words), key=lambda pair: plain_name(pair[1]))
    if name == "gender":
        offered = [(word, spoken(word)) for word in words]
    if held and held not in words:
        offered.insert(0, (held, spoken(held)))
    return forms.Select(choices=[("", "–"), *offered])


def built_in(name: str, held: str | None = None) -> ReadField:
    if name in SPOKEN:
        read = lambda value: value if value == held else read_attribute({name: value}, name)  # noqa: E731  bound to this name
        return ReadField(read, label=LABELS[name], widget=choice_of(name, held))
    widget = line(TYPES.get(name, "text"), **({"maxlength": TEXTS[name]} if name in TEXTS else {}))
    read = lambda value: read_attribute({name: value}, name)  # noqa: E731  bound to this name
    return ReadField(read, label=LABELS[name], help_text=HINTS.get(name, ""), widget=widget)


def custom(field: Field) -> ReadField:
    rule, widget = field.rule, widget_of(field.rule)
    hidden = forms.MultipleHiddenInput if isinstance(widget, forms.CheckboxSelectMultiple) else forms.HiddenInput
    found = ReadField(
        lambda value: read_value(rule, value), label=field.label, help_text=field.description, widget=widget
    )
    found.hidden_widget = OnePerLineHidden if isinstance(widget, OnePerLine) else hidden
    return found


class OnePerLineHidden(forms.HiddenInput):
    def format_value(self, value: Any) -> str | None:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


def held_by(customer: Customer, name: str) -> Any:
    """The value as the form shows it first."""
    if not name.startswith(CUSTOM):
        found = getattr(customer, name)
        return found.isoformat() if isinstance(found, dt.date) else found
    found = customer.properties.get(name.removeprefix(CUSTOM))
    return str(found).lower() if isinstance(found, bool) else found


class PersonalForm(RefusableForm):
    """The fields that staff may change, of a customer as they see them. What somebody else changed meanwhile is told, not
    overwritten."""

    def __init__(self, *args: Any, customer: Customer, fields: Sequence[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer
        assert set(LABELS) == BUILT_IN
        shown = filter(customer.seen_by.sees, LABELS)
        self.fields |= {name: built_in(name, getattr(customer, name)) for name in shown}
        self.fields |= {f"{CUSTOM}{field.slug}": custom(field) for field in fields if not field.read_only}
        self.initial = {name: held_by(customer, name) for name in self.fields}

    def clean(self) -> None:
        """A field that has another value by now than when the page was shown is not overwritten unseen."""
        for name in self.changed_data:
            bound = self[name]
            seen, held = self._read(name, bound), self._read(name, None)
            if seen != held and name not in self.errors:
                self.data = self.data.copy()  # type: ignore[attr-defined]
                self._see_again(bound)
                self.add_error(
                    name,
                    _("Somebody has changed this to “%(value)s” meanwhile. Save again to replace it.")
                    % {"value": held},
                )

    def _read(self, name: str, bound: BoundField | None) -> Any:
        field = self.fields[name]
        found = self._widget_data_value(field.hidden_widget(), bound.html_initial_name) if bound else self.initial[name]  # type: ignore[attr-defined]
        try:
            return plain(field.clean(found))
        except forms.ValidationError:
            return None

    def _see_again(self, bound: BoundField) -> None:
        held = self.initial[bound.name]
        name = bound.html_initial_name
        if isinstance(held, list) and isinstance(bound.field.widget, forms.CheckboxSelectMultiple):
            self.data.setlist(name, held)  # type: ignore[attr-defined]
        else:
            self.data[name] = bound.field.hidden_widget().format_value(held) or ""  # type: ignore[index]

    def place_of(self, refusal: Refused) -> str | None:
        return next((name for name in (refusal.field, f"{CUSTOM}{refusal.field}") if name in self.fields), None)

    def changes(self) -> dict[str, Any]:
        """What was changed, as an event says it."""
        return {name.removeprefix(CUSTOM): _as_json(self.cleaned_data[name]) for name in self.changed_data}

    @property
    def built_in_fields(self) -> Iterator[BoundField]:
        return (self[name] for name in self.fields if not name.startswith(CUSTOM))

    @property
    def custom_fields(self) -> Sequence[BoundField]:
        return [self[name] for name in self.fields if name.startswith(CUSTOM)]


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


class NewCustomerForm(RefusableForm):
    public_id = forms.CharField(
        label=_("ID"), max_length=MAX_IDENTITY, help_text=_("By which tills and shops know the customer.")
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=TEXTS["first_name"])
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=TEXTS["last_name"])
    email = forms.CharField(
        label=_("Email address"),
        required=False,
        max_length=TEXTS["email"],
        widget=line("email", maxlength=TEXTS["email"]),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("active", _("Active: a member from now on")), ("inactive", _("Inactive: until they opt in"))],
        initial="active",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, sight: Sight, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {name: field for name, field in self.fields.items() if sight.sees(name)}

    def clean_public_id(self) -> str:
        found = normal(self.cleaned_data["public_id"])
        if fault := fault_of_id(found, refused_names()):
            raise forms.ValidationError(_("This ID %(fault)s.") % {"fault": fault})
        return found

    def clean_email(self) -> str | None:
        try:
            found: str | None = read_attribute({"email": self.cleaned_data["email"]}, "email")
        except Refused as refusal:
            raise forms.ValidationError(in_words(refusal, self.fields["email"].label)) from None
        return found

    def place_of(self, refusal: Refused) -> str | None:
        return "public_id" if refusal.field == "customer" else super().place_of(refusal)

    def profile(self) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(name) for name in ("first_name", "last_name", "email")}
        return {name: value for name, value in given.items() if value}
