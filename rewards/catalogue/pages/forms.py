"""How a reward is entered: its texts in each language, and everything else once."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coupons.models import Pool
from loyalty.accounts.models import Account
from loyalty.forms.inputs import line
from loyalty.forms.lines import Lines
from loyalty.forms.numbers import NumberField, WholeNumberField
from loyalty.program.section import Invalid, as_sentence
from rewards.catalogue.enums import IntervalUnit, LockKind, RewardType, TransferDate
from rewards.catalogue.models import LONGEST_URL, Reward, RewardCategory
from rewards.catalogue.sections.program import MAX_LOCK, MAX_POINTS, MOST, TEXTS
from rewards.catalogue.sections.words import LOCALE, MOST_LANGUAGES
from rewards.catalogue.texts import PLAIN_LANGUAGE

from .inputs import Pairs, Prices
from .items import digest, initial_of, item_from, place_of
from .queries import group_choices, languages_of

LONG_TEXTS = ("description", "redeem_instructions", "terms", "content")


def _label(name: str) -> str:
    column: Any = Reward._meta.get_field(name)
    return str(capfirst(column.verbose_name))


def _flag(name: str) -> forms.BooleanField:
    return forms.BooleanField(label=_label(name), required=False)


def _number(name: str, least: int = 1, most: int = MOST, **more: Any) -> forms.Field:
    return WholeNumberField(label=_label(name), min_value=least, max_value=most, required=False, **more)


def _moment(name: str, **more: Any) -> forms.Field:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    return forms.DateTimeField(label=_label(name), required=False, widget=widget, **more)


class RewardForm(forms.Form):
    """`before`: the reward as the program file has it; None: a new one. `left`: how many of it are left."""

    type = forms.ChoiceField(label=_("Type"), choices=RewardType.choices)
    category = forms.ChoiceField(label=_("Category"), required=False)
    position = _number("position", least=0, most=1_000_000)
    image_url = line(LONGEST_URL)(label=_("Image"), required=False, help_text=_("Its address, with https."))
    # Read before the form is: what was chosen is then the address above.
    image_file = forms.FileField(
        label=_("Or upload one"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, up to 5 MB."),
    )
    gallery = Lines(
        label=_("Gallery"),
        required=False,
        max_line=LONGEST_URL,
        help_text=_("Addresses of further images, one per line."),
    )
    download_url = line(LONGEST_URL)(label=_("File to download"), required=False, help_text=_("Its address."))
    message = line(500)(label=_("Message"), required=False)
    price = WholeNumberField(label=_("Price in points"), min_value=0, max_value=MAX_POINTS, required=False)
    prices = Prices(
        label=_("Price for customers with other currencies"),
        required=False,
        help_text=_("One per line, such as USD 120."),
    )
    max_price = _number("max_price", most=MAX_POINTS)
    price_step = _number("price_step", most=MAX_POINTS)
    account = forms.ChoiceField(label=_("Account that pays"), required=False)
    cost = NumberField(
        label=_("Cost for you"),
        min_value=0,
        max_digits=14,
        decimal_places=4,
        required=False,
        help_text=_("Of one, in money."),
    )
    pools = forms.MultipleChoiceField(label=_("Coupon pools"), required=False, help_text=_("Of a bundle several."))
    admitted = forms.MultipleChoiceField(
        label=_("Who it is for"), required=False, help_text=_("Members of any of these. None chosen: everyone.")
    )
    kept_out = forms.MultipleChoiceField(label=_("Who it is not for"), required=False)
    stores = Lines(label=_("Stores"), required=False, help_text=_("IDs, one per line. Empty: all."))
    visibility = line(64)(label=_("Visibility"), required=False, help_text=_("For your own channels; kept as it is."))
    starts_at = _moment("starts_at", help_text=_("Included."))
    ends_at = _moment("ends_at", help_text=_("From this instant on it is over."))
    stock = WholeNumberField(
        label=_("How many are left"), min_value=0, max_value=MOST, required=False, help_text=_("Empty: without end.")
    )
    max_claims = _number("max_claims", help_text=_("Empty: as often as they want."))
    repeat_after = _number("repeat_after", most=10_000)
    repeat_unit = forms.ChoiceField(label=_("Unit"), choices=IntervalUnit.choices, initial=IntervalUnit.DAYS.value)
    lock = forms.ChoiceField(label=_("Lock after a claim"), choices=LockKind.choices)
    lock_seconds = WholeNumberField(label=_("Seconds of the lock"), min_value=1, max_value=MAX_LOCK)
    transfer_points = _number("transfer_points", least=0, most=MAX_POINTS)
    transfer_limit = _number("transfer_limit")
    transfer_date = forms.ChoiceField(label=_("Last day after a transfer"), choices=TransferDate.choices)
    transfer_after = _number("transfer_after", most=10_000)
    transfer_unit = forms.ChoiceField(label=_("Unit"), choices=IntervalUnit.choices, initial=IntervalUnit.DAYS.value)
    webhook_data = Pairs(
        label=_("Webhook data"), required=False, max_line=2_100, help_text=_("One per line, such as sku: 12.")
    )
    custom_data = Pairs(
        label=_("Custom fields"), required=False, max_line=2_100, help_text=_("One per line, such as cf_color: blue.")
    )
    # What the form was shown with.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    was_left = forms.CharField(required=False, widget=forms.HiddenInput)
    display_coming_soon = _flag("display_coming_soon")
    countdown_until_start = _flag("countdown_until_start")
    countdown_until_end = _flag("countdown_until_end")
    hidden = _flag("hidden")
    hide_restricted = _flag("hide_restricted")
    transferable = _flag("transferable")
    notifications = _flag("notifications")
    user_notifications = _flag("user_notifications")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        before: Mapping[str, Any] | None = None,
        left: int | None = None,
        currency: str = "",
    ) -> None:
        self.before, self.currency = before, currency
        super().__init__(data, initial=initial_of(before, left, currency))
        self.languages = _languages(data, before)
        for language in self.languages:
            for name in TEXTS:
                self.fields[f"{name}.{language}"] = _text_field(name, language)
                self.initial[f"{name}.{language}"] = ((before or {}).get(name) or {}).get(language, "")
        self._choices()
        if before is not None:
            self.fields["type"].disabled = True

    def _choices(self) -> None:
        """What there is to choose; what is chosen already can stay, whatever has become of it."""
        categories = RewardCategory.objects.order_by("position", "slug")
        chosen = {"": _("None")} | {one.slug: str(one) for one in categories}
        accounts = {"": _("The default one")} | dict(Account.objects.order_by("slug").values_list("slug", "name"))
        found: dict[str, Any] = {"category": chosen.items(), "account": accounts.items(), "pools": _pools(self.before)}
        for name, choices in found.items():
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]
        groups = group_choices()
        for name in ("admitted", "kept_out"):
            gone = set(self.initial[name]) - {key for _label, choices in groups for key, _name in choices}
            others = [(gettext("Switched off"), [(key, key.partition(":")[2]) for key in sorted(gone)])] if gone else []
            self.fields[name].choices = [*groups, *others]  # type: ignore[attr-defined]

    @property
    def texts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each language."""
        return [(language, [self[f"{name}.{language}"] for name in TEXTS]) for language in self.languages]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.before is not None and found.get("seen") != digest(self.before):
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["seen"] = digest(self.before)  # type: ignore[index]
            text = _("Somebody has changed this reward meanwhile. Save again to replace what they have entered.")
            raise forms.ValidationError(text)
        return found

    def item(self) -> dict[str, Any]:
        """As the program file has it, without the ID and the stock."""
        texts = {name: {one: self.cleaned_data[f"{name}.{one}"] for one in self.languages} for name in TEXTS}
        return {**item_from(self.cleaned_data, self.before or {}, self.currency), **texts}

    def stock_changed(self) -> bool:
        """Claims move what is left while the form is open: what only stands in it takes nothing back."""
        stock = self.cleaned_data["stock"]
        return self.cleaned_data["was_left"] != ("" if stock is None else str(stock))

    def show_fault_of_image(self, fault: str) -> None:
        if fault:
            self.errors  # noqa: B018  fills what could be read
            self.add_error("image_file", fault)

    def show(self, error: Invalid) -> None:
        """At the fields; what has none, above them."""
        for path, message in error.problems:
            name = place_of(path)
            self.add_error(name if name in self.fields else None, as_sentence(message))


def _text_field(name: str, language: str) -> forms.Field:
    if name in LONG_TEXTS:
        widget: forms.Widget = forms.Textarea(attrs={"rows": 3, "lang": language})
    else:
        widget = forms.TextInput(attrs={"autocomplete": "off", "lang": language})
    is_required = name == "name" and language == PLAIN_LANGUAGE
    return forms.CharField(label=_label(name), max_length=TEXTS[name], required=is_required, widget=widget)


def _languages(data: QueryDict | None, before: Mapping[str, Any] | None) -> list[str]:
    """Those that the form has been shown with, and the one that is added."""
    if data is None:
        return languages_of((before or {}).get(name, {}) for name in TEXTS)
    wanted = [PLAIN_LANGUAGE, *data.getlist("language")[:MOST_LANGUAGES], data.get("added", "").strip()]
    return list(dict.fromkeys(one for one in wanted if re.fullmatch(LOCALE, one)))[:MOST_LANGUAGES]


def _pools(before: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Those chosen first, in their order: a bundle's first code is of its first pool."""
    named = dict(Pool.objects.order_by("name").values_list("slug", "name")[:1_000])
    chosen = [slug for slug in (before or {}).get("pools", ()) if slug in named]
    return [(slug, named[slug]) for slug in dict.fromkeys([*chosen, *named])]
