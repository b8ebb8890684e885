"""How a pool is entered, and codes for one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coupons.enums import CouponType, PoolSource, UpdateMethod
from coupons.models import Pool
from coupons.pools.models import LONGEST_ADDRESS
from coupons.pools.patterns import MAX_LENGTH
from coupons.pools.program import FIXED, MONEY, PLAIN, plain_money
from coupons.stock.operations import MAX_CODES, MAX_FILE, MAX_GENERATED
from loyalty.calendar import Unit
from loyalty.forms.inputs import line
from loyalty.forms.lines import Lines
from loyalty.forms.numbers import NumberField, WholeNumberField
from loyalty.program.section import Invalid, as_sentence

SIGNS = _("# is a digit, @ a small letter, ^ a capital letter, * a letter or digit, $ a capital letter or digit.")


def _money(name: str) -> forms.Field:
    column: Any = Pool._meta.get_field(name)
    return NumberField(
        label=capfirst(column.verbose_name),
        help_text=column.help_text,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
    )


def _flag(name: str) -> forms.BooleanField:
    column: Any = Pool._meta.get_field(name)
    return forms.BooleanField(label=capfirst(column.verbose_name), help_text=column.help_text, required=False)


class PoolForm(forms.Form):
    """Of a pool that is there, what its codes were made of cannot be changed; which coupons follow a change is asked."""

    name = line(100)(label=_("Name"))
    external_id = line(24)(
        label=_("External ID"), required=False, help_text=_("6 to 24 characters by which integrators know the pool.")
    )
    source = forms.ChoiceField(label=_("Where its codes come from"), choices=PoolSource.choices)
    pattern = line(MAX_LENGTH)(label=_("Pattern"), required=False, help_text=SIGNS)
    remote_url = line(LONGEST_ADDRESS)(
        label=_("Address"),
        required=False,
        help_text=_("Of the system that codes are requested from, such as https://codes.example.com/next."),
    )
    type = forms.ChoiceField(label=_("Type"), choices=CouponType.choices)
    value = _money("value")
    currency = line(8)(label=_("Currency"), required=False)
    minimum_value = _money("minimum_value")
    minimum_redemption_value = _money("minimum_redemption_value")
    purchase_minimum = _money("purchase_minimum")
    after = WholeNumberField(
        label=_("Valid for"),
        min_value=1,
        max_value=3_660,
        required=False,
        help_text=_("From the day on which somebody gets the coupon; without a number, for good."),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.MONTHS.value)
    aggregated = _flag("aggregated")
    refund_returns = _flag("refund_returns")
    products = Lines(
        label=_("Products"),
        required=False,
        help_text=_("IDs, one per line: valid for one of these only. Empty: for all."),
    )
    stores = Lines(
        label=_("Stores"), required=False, help_text=_("IDs, one per line: valid in one of these only. Empty: in all.")
    )
    method = forms.ChoiceField(
        label=_("Coupons that follow the change"),
        choices=UpdateMethod.choices,
        widget=forms.RadioSelect,
        initial=UpdateMethod.NONE.value,
    )
    matching = forms.BooleanField(
        label=_("Of these only coupons that still have the pool’s value of before"), required=False
    )
    confirmed = forms.BooleanField(
        label=_("Make these codes although they are easy to guess"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, before: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        initial = _initial(before) if before else {"refund_returns": True}
        super().__init__(*args, **({"initial": initial} | kwargs))
        for name in FIXED if before else ():
            self.fields[name].disabled = True
        for name in () if before else ("method", "matching"):
            del self.fields[name]

    def item(self) -> dict[str, Any]:
        """As the program file has it, without the ID."""
        given = self.cleaned_data
        expires = {"after": given["after"], "unit": given["unit"]} if given["after"] else None
        amounts = {name: plain_money(given[name]) for name in MONEY}
        external = given["external_id"] or None
        return {**{name: given[name] for name in PLAIN}, **amounts, "external_id": external, "expires": expires}

    def show(self, error: Invalid) -> None:
        """At the fields; what has none, above them."""
        for path, message in error.problems:
            name = path.rpartition(".")[2]
            name = "after" if name.startswith("expires") else name.partition("[")[0]
            self.add_error(name if name in self.fields else None, as_sentence(message))

    def ask_to_confirm(self, bits: float) -> None:
        self.fields["confirmed"].widget = forms.CheckboxInput()
        text = gettext(
            "Codes of this pattern are easy to guess: one of 2^%(bits)s. Use more signs that vary, or confirm below that you want them all the same."
        )
        self.add_error("pattern", text % {"bits": f"{bits:.0f}"})


def _initial(before: Mapping[str, Any]) -> dict[str, Any]:
    expires = before["expires"] or {"after": None, "unit": Unit.MONTHS.value}
    return {**before, "after": expires["after"], "unit": expires["unit"], "method": UpdateMethod.NONE.value}


class CodesForm(forms.Form):
    """Codes as they are typed, or in a file with one per line."""

    codes = forms.CharField(
        label=_("Codes"),
        required=False,
        strip=False,
        max_length=MAX_FILE,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One per line."),
    )
    file = forms.FileField(label=_("Or a file"), required=False, help_text=_("A text file with one code per line."))

    def clean(self) -> None:
        text, file = self.cleaned_data.get("codes", ""), self.cleaned_data.get("file")
        if file and file.size > MAX_FILE:
            self.add_error("file", gettext("The file is too large: at most %(most)s codes at once.") % _MOST)
        elif file:
            try:
                text += "\n" + file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", gettext("The file is no text in UTF-8. Save it as UTF-8 and choose it again."))
        self.lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(self.lines) > MAX_CODES:
            self.add_error(None, gettext("At most %(most)s codes at once.") % _MOST)
        elif not self.lines and not self.errors:
            self.add_error(None, gettext("Enter codes, or choose a file."))


_MOST = {"most": f"{MAX_CODES:,}"}


class GenerateForm(forms.Form):
    number = WholeNumberField(label=_("How many codes"), min_value=1, max_value=MAX_GENERATED)
