"""Some of what the demo's shops sell, and where."""

import datetime as dt

from loyalty.catalogue.models import Product, Store
from loyalty.catalogue.operations import create_product, create_store
from loyalty.staff.sender import Sender

from .shop import SHOPS

# Of each kind of shop.
PRODUCTS = 3
STORES = (
    {"id": "vienna-graben", "name": "Vienna, Graben", "address": "Graben 1, 1010 Wien", "position": "48.20886, 16.36889"},
    {"id": "berlin-mitte", "name": "Berlin Mitte", "address": "Friedrichstraße 100, 10117 Berlin", "position": "52.5208, 13.3872"},
    {"id": "budapest-vaci", "name": "Budapest, Váci utca", "address": "Váci utca 10, 1052 Budapest", "status": "inactive"},
)  # fmt: skip


def make_catalogue(at: dt.datetime) -> None:
    """What is there already stays as it is."""
    by = Sender(None, at)
    for shop in SHOPS:
        for product in shop.products[:PRODUCTS]:
            if not Product.objects.filter(slug=product.id).exists():
                values = {"name": product.name, "category": shop.category, "price": product.price}
                create_product(slug=product.id, values=values, by=by)
    for store in STORES:
        if not Store.objects.filter(slug=store["id"]).exists():
            create_store(slug=store["id"], values=store, by=by)
