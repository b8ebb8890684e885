"""What attributes of events are called, in the language of whoever is told."""

from collections.abc import Callable

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from customers.fields.models import Field
from customers.fields.rules import is_built_in
from customers.models import Customer
from loyalty.engine.actions import Text
from loyalty.program.actions import registered_attributes

# Of what the rules write into an event themselves.
WRITTEN = {"unearned_currency": _("Unknown currency: earns nothing")}


def humanized(attribute: str) -> str:
    return str(_own_label(attribute) or attribute.replace("_", " ").capitalize())


def _own_label(attribute: str) -> Text:
    """What a built-in action calls it, if its name does not say it all."""
    row = registered_attributes().get(attribute)
    return row.label if row else WRITTEN.get(attribute, "")


def attribute_labels() -> Callable[[str], str]:
    """By an attribute's name: a field of customers is called as their pages call it; one query."""
    fields = {field.slug: field.label for field in Field.objects.filter(active=True)}
    return lambda name: fields.get(name) or _built_in(name) or humanized(name)


def _built_in(name: str) -> str:
    if _own_label(name) or not is_built_in(name):
        return ""
    try:
        text = str(Customer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column has one
    except FieldDoesNotExist:
        return ""
    return text[:1].upper() + text[1:]
