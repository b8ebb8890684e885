"""What the catalogue shows elsewhere."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.ui.navigation import Entry, Group

from .api.entities import CATEGORIES, PRODUCTS, STORES
from .models import Product, Store
from .rights import IMPORT_CATALOGUE, RIGHTS, VIEW_CATALOGUE


def _fields() -> Mapping[str, str | Promise]:
    return {
        "id": _("ID"),
        "name": _("Name"),
        "category": _("Category"),
        "price": _("Price"),
        "url": _("Address of its page"),
        "image": _("Address of its picture"),
        "address": _("Address"),
        "position": _("Position"),
        "status": _("Status"),
    }


CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    ConfigurationPages("catalogue.product", IMPORT_CATALOGUE),
    ConfigurationPages("catalogue.store", IMPORT_CATALOGUE),
    Routes("loyalty.catalogue.pages.urls"),
    Entry(Group.LOYALTY, _("Products"), "catalogue:products", "package", VIEW_CATALOGUE),
    Entry(Group.LOYALTY, _("Stores"), "catalogue:stores", "store", VIEW_CATALOGUE),
    PRODUCTS,
    STORES,
    CATEGORIES,
    OperationLabels(
        _("Catalogue"),
        {
            "product.create": _("Product created"),
            "product.change": _("Product changed"),
            "product.archive": _("Product archived"),
            "store.create": _("Store created"),
            "store.change": _("Store changed"),
            "store.archive": _("Store archived"),
        },
        _fields,
    ),
    SubjectKind("product", _("Product"), Product, key="slug", name="name"),
    SubjectKind("store", _("Store"), Store, key="slug", name="name"),
)
