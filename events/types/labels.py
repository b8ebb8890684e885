"""What attributes of events are called, in the language of whoever is told."""

from collections.abc import Callable

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from customers.fields.models import Field
from customers.fields.rules import is_built_in
from customers.models import Customer

LABELS = {
    "expdate": _("Expiration date"),
    "transaction_id": _("Transaction ID"),
    "points_burned": _("Points burned"),
    "points_rewarded": _("Points rewarded"),
    "image_url": _("Picture"),
    "src": _("Source"),
    "product_id": _("Product ID"),
    "auto_accept": _("Accepted by itself"),
    "event": _("Event ID"),
    "unearned_currency": _("Unknown currency: earns nothing"),
    "referred": _("Referred customer"),
}


def humanized(attribute: str) -> str:
    return str(LABELS.get(attribute) or attribute.replace("_", " ").capitalize())


def attribute_labels() -> Callable[[str], str]:
    """By an attribute's name: a field of customers is called as their pages call it; one query."""
    fields = {field.slug: field.label for field in Field.objects.filter(active=True)}
    return lambda name: fields.get(name) or _built_in(name) or humanized(name)


def _built_in(name: str) -> str:
    if name in LABELS or not is_built_in(name):
        return ""
    try:
        text = str(Customer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column has one
    except FieldDoesNotExist:
        return ""
    return text[:1].upper() + text[1:]
