"""How a structure and its levels are entered."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.forms.lines import Lines
from loyalty.forms.numbers import NumberField, WholeNumberField
from loyalty.tiers.enums import Expiration, Method, StructureStatus, StructureType, Validity, Way
from loyalty.tiers.models import ID, MAX_DAYS, MAX_MONTHS, Structure
from loyalty.tiers.program import FIXED, MAX_KEY, MAX_LEVELS, MAX_THRESHOLD, MAX_VALUE, Place
from loyalty.tiers.status_points.counting import CHECKOUT

LANGUAGE = "en"
# The key, the colon and the value of a benefit.
MAX_BENEFIT = MAX_KEY + MAX_VALUE + 10
_PLAIN = (
    "name", "status", "account", "type", "actions", "expiration_type", "rolling_months", "calendar_expirations",
    "initialise_at_opt_in", "downgrade", "method", "points_grace_days", "level_grace_days", "notice_days",
)  # fmt: skip


def _months(label: Any, **more: Any) -> forms.Field:
    return WholeNumberField(label=label, min_value=1, max_value=MAX_MONTHS, required=False, **more)


def _column(name: str) -> Any:
    return Structure._meta.get_field(name)


def _days(name: str) -> forms.Field:
    field = _column(name)
    return WholeNumberField(
        label=capfirst(field.verbose_name),
        help_text=field.help_text,
        min_value=0,
        max_value=MAX_DAYS,
        required=False,
        initial=0,
    )


def _hint(name: str) -> Any:
    return _column(name).help_text


class StructureForm(forms.Form):
    """Of a structure that is there, what was counted by cannot be changed."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    id = forms.CharField(
        label=_("ID"),
        max_length=64,
        validators=[ID],
        help_text=_("Integrators know the structure by this ID. It can’t be changed."),
    )
    status = forms.ChoiceField(label=_("Status"), choices=StructureStatus.choices)
    account = forms.ChoiceField(label=_("Account"), help_text=_hint("account"))
    type = forms.ChoiceField(label=_("What counts"), choices=StructureType.choices)
    actions = forms.MultipleChoiceField(
        label=_("Counted actions"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_hint("actions")
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False, help_text=_hint("currency"))
    expiration_type = forms.ChoiceField(label=_("Points count"), choices=Expiration.choices)
    rolling_months = _months(_("Months"), help_text=_("For “The last months”: how many."))
    calendar_expirations = Lines(
        label=_("Dates"), required=False, help_text=_("For “From a date of the year”: one per line, as 01-31.")
    )
    initialise_at_opt_in = forms.BooleanField(
        label=_("Lowest level at opt-in"), required=False, help_text=_hint("initialise_at_opt_in")
    )
    downgrade = forms.BooleanField(
        label=_("Refunds and deductions lower levels"), required=False, help_text=_hint("downgrade")
    )
    method = forms.ChoiceField(label=_("At expiry"), choices=Method.choices)
    validity = forms.ChoiceField(
        label=_("Levels are valid"),
        required=False,
        choices=[("", _("As long as the points keep them")), *Validity.choices],
    )
    validity_months = _months(_("For months"), help_text=_("For “For some months”: how many."))
    points_grace_days = _days("points_grace_days")
    level_grace_days = _days("level_grace_days")
    notice_days = _days("notice_days")
    way = forms.ChoiceField(
        label=_("Who is there already"), choices=Way.choices, widget=forms.RadioSelect, initial=Way.RISE.value
    )

    def __init__(self, *args: Any, before: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields
        choices["account"].choices = list(Account.objects.order_by("slug").values_list("slug", "name"))
        earning = EventType.objects.order_by("name")
        stored = before["actions"] if before else []
        choices["actions"].choices = [(one.action, one.label) for one in earning if _earns(one) or one.action in stored]
        for name in ("id", *FIXED) if before else ():
            self.fields[name].disabled = True

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def item(self, levels: list[dict[str, Any]]) -> dict[str, Any]:
        """As the program file has it."""
        given = self.cleaned_data
        validity = given["validity"]
        months = {"months": given["validity_months"]} if validity == Validity.MONTHS else {}
        return {
            "id": given["id"],
            **{name: given[name] for name in _PLAIN},
            "points_grace_days": given["points_grace_days"] or 0,
            "level_grace_days": given["level_grace_days"] or 0,
            "notice_days": given["notice_days"] or 0,
            "currency": given["currency"] or None,
            "validity": {"until": validity, **months} if validity else None,
            "tiers": levels,
        }

    def place_of(self, place: Place) -> str | None:
        """The field that shows what is wrong there."""
        if place[0] == "validity":
            return "validity_months" if place[-1] == "months" else "validity"
        return str(place[0]) if place[0] in self.fields else None


def _earns(kind: EventType) -> bool:
    """Orders all count as checkout; what only tells of something earns nothing."""
    return not kind.factory or kind.default_points > 0 or kind.action in {CHECKOUT, "point_add"}


class LevelForm(forms.Form):
    """A row; one without an ID is no level."""

    id = forms.CharField(label=_("ID"), max_length=64, required=False, validators=[ID])
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    others = forms.CharField(
        label=_("Names in other languages"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "hu: Arany; de: Gold"}),
    )
    threshold = WholeNumberField(label=_("From points"), min_value=0, max_value=MAX_THRESHOLD, required=False)
    multiplier = NumberField(
        label=_("Multiplier"),
        min_value=0,
        max_value=100,
        decimal_places=4,
        required=False,
        help_text=_("Of what purchases earn, such as 1.5."),
    )
    kept = forms.BooleanField(label=_("Kept for good"), required=False)
    tags = forms.CharField(label=_("Tags"), max_length=500, required=False, help_text=_("With commas between them."))
    values = Lines(
        label=_("Further benefits"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "lounge: yes"}),
        help_text=_("One per line: what integrators know it by, a colon, and its value."),
        max_line=MAX_BENEFIT,
    )

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("id") and not given.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter a name."))
        if given.get("name") and not given.get("id") and "id" not in self.errors:
            self.add_error("id", _("Enter an ID, such as gold."))

    def clean_others(self) -> dict[str, str]:
        """`hu: Arany; de: Gold`."""
        found = {}
        for part in filter(None, (one.strip() for one in self.cleaned_data["others"].split(";"))):
            language, mark, name = part.partition(":")
            if not mark or not name.strip() or not language.strip().replace("-", "").isalpha():
                raise forms.ValidationError(gettext("Write each as “hu: Arany”, and a semicolon between two."))
            found[language.strip().lower()] = name.strip()
        return found

    def clean_values(self) -> dict[str, str]:
        """`lounge: yes`, one per line."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["values"]:
            key, mark, value = (part.strip() for part in line.partition(":"))
            if not mark or not key:
                raise forms.ValidationError(gettext("Write each as “lounge: yes”, one per line."))
            if len(key) > MAX_KEY or len(value) > MAX_VALUE:
                text = gettext(
                    "“%(key)s” is too long: at most %(most)s characters before the colon, and %(more)s after it."
                )
                raise forms.ValidationError(text % {"key": key[:MAX_KEY], "most": MAX_KEY, "more": MAX_VALUE})
            if key in found:
                raise forms.ValidationError(gettext("“%(key)s” stands there twice.") % {"key": key})
            found[key] = value
        return found

    def item(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        if not given.get("id"):
            return None
        return {
            "id": given["id"],
            "name": {LANGUAGE: given["name"], **given["others"]},
            "threshold": given["threshold"] or 0,
            "multiplier": None if given["multiplier"] is None else f"{given['multiplier'].normalize():f}",
            "kept": given["kept"],
            "tags": list(dict.fromkeys(filter(None, (tag.strip() for tag in given["tags"].split(","))))),
            "values": given["values"],
        }


LevelForms = forms.formset_factory(LevelForm, extra=3, max_num=MAX_LEVELS, absolute_max=MAX_LEVELS)


def initial_of(item: Mapping[str, Any]) -> dict[str, Any]:
    validity = item["validity"] or {}
    return {
        **item,
        "validity": validity.get("until", ""),
        "validity_months": validity.get("months"),
        "way": Way.RISE.value,
    }


def initial_levels(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_initial_level(level) for level in item["tiers"]]


def _initial_level(level: Mapping[str, Any]) -> dict[str, Any]:
    names = dict(level["name"])
    language = LANGUAGE if LANGUAGE in names else next(iter(names))
    others = "; ".join(f"{code}: {name}" for code, name in names.items() if code != language)
    values = [f"{key}: {value}" for key, value in level["values"].items()]
    return {**level, "name": names[language], "others": others, "tags": ", ".join(level["tags"]), "values": values}
