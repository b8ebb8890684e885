"""What staff enter of a product and of a store; the operations read it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.catalogue.models import LONGEST_ADDRESS, LONGEST_CATEGORY, LONGEST_ID, LONGEST_NAME, LONGEST_URL
from loyalty.catalogue.values import WrongValues


class ItemForm(forms.Form):
    """`id` is asked for only of what is new."""

    id = forms.CharField(
        label=_("ID"), max_length=LONGEST_ID, help_text=_("As orders and integrations name it. It never changes.")
    )
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            # What was shown goes with the form: what others change meanwhile is then no change of this form.
            one.show_hidden_initial = True

    def refuse(self, wrong: WrongValues) -> None:
        for name, text in wrong.problems.items():
            self.add_error(name if name in self.fields else None, _("This %(problem)s.") % {"problem": text})


class ProductForm(ItemForm):
    category = forms.CharField(
        label=_("Category"),
        max_length=LONGEST_CATEGORY,
        required=False,
        help_text=_("A new one is created if none has this name."),
    )
    price = forms.CharField(
        label=_("Price"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    url = forms.CharField(label=_("Address of its page"), max_length=LONGEST_URL, required=False)
    image = forms.CharField(label=_("Address of its picture"), max_length=LONGEST_URL, required=False)


class StoreForm(ItemForm):
    address = forms.CharField(label=_("Address"), max_length=LONGEST_ADDRESS, required=False)
    position = forms.CharField(
        label=_("Position"),
        max_length=60,
        required=False,
        help_text=_("Latitude and longitude in degrees, such as 48.2082, 16.3738."),
    )
