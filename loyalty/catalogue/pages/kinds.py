"""The two kinds of things that the pages show, each with its words and its operations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.catalogue.filters import FoundProductFilters, FoundStoreFilters
from loyalty.catalogue.models import Product, Store
from loyalty.catalogue.operations import (
    archive_product,
    archive_store,
    change_product,
    change_store,
    create_product,
    create_store,
)
from loyalty.catalogue.queries import products, stores
from loyalty.database.filters import ListFilters

from .forms import ItemForm, ProductForm, StoreForm

Item = Product | Store
Text = str | Promise


@dataclass(frozen=True)
class ItemKind:
    """`name`: of its addresses and templates, in the plural. `values`: what its form shows of one."""

    name: str
    model: type[Item]
    form: type[ItemForm]
    filters: type[ListFilters]
    found: Callable[[], QuerySet[Any]]
    create: Callable[..., Any]
    change: Callable[..., Any]
    archive: Callable[..., Any]
    values: Callable[[Any], Mapping[str, Any]]
    create_title: Text
    edit_title: Text
    archive_title: Text


def _product_values(product: Product) -> Mapping[str, Any]:
    return {
        "name": product.name,
        "category": product.category.slug if product.category else "",
        "price": product.shown_price,
        "url": product.url,
        "image": product.image,
    }


def _store_values(store: Store) -> Mapping[str, Any]:
    return {"name": store.name, "address": store.address, "position": store.position}


PRODUCTS = ItemKind(
    "products",
    Product,
    ProductForm,
    FoundProductFilters,
    products,
    create_product,
    change_product,
    archive_product,
    _product_values,
    _("Create product"),
    _("Edit product"),
    _("Archive product"),
)
STORES = ItemKind(
    "stores",
    Store,
    StoreForm,
    FoundStoreFilters,
    stores,
    create_store,
    change_store,
    archive_store,
    _store_values,
    _("Create store"),
    _("Edit store"),
    _("Archive store"),
)
