"""The catalogue in the tests that list all of something."""

from loyalty.api.keys.enums import Api
from loyalty.catalogue.enums import Status
from loyalty.catalogue.operations import (
    archive_product,
    archive_store,
    change_product,
    change_store,
    create_product,
    create_store,
)
from tests.catalogue.products import make_product, make_store
from tests.engine.world import rows
from tests.listing import Listed

_PRODUCT = "INSERT INTO catalogue_product (slug, name, url, image{more}) VALUES ('p', 'P', '', ''{values})"
_STORE = "INSERT INTO catalogue_store (slug, name, address{more}) VALUES ('s', 'S', ''{values})"


def _live(ann: int, old: int) -> None:
    """Nothing of people; what addresses of the pages name."""
    rows(
        "INSERT INTO catalogue_product (id, slug, name, url, image) VALUES (7, 'p', 'P', '', '') ON CONFLICT DO NOTHING"
    )
    rows(
        "INSERT INTO catalogue_store (id, slug, name, address, status) VALUES (7, 's', 'S', '', 'inactive') ON CONFLICT DO NOTHING"
    )


ROUTES = {"api-entities-bulk": (Api.ENTITIES, "post")}


def _product(status: Status = Status.ACTIVE) -> str:
    return make_product("shoe", status).slug


def _store(status: Status = Status.ACTIVE) -> str:
    return make_store("vienna", status).slug


LISTED = Listed(
    deeds={
        "product.create": lambda by: create_product(slug="shoe", values={"name": "Shoe"}, by=by),
        "product.change": lambda by: change_product(slug=_product(), values={"price": 5}, by=by),
        "product.archive": lambda by: archive_product(slug=_product(Status.INACTIVE), by=by),
        "store.create": lambda by: create_store(slug="vienna", values={"name": "Vienna"}, by=by),
        "store.change": lambda by: change_store(slug=_store(), values={"address": "Graben 1"}, by=by),
        "store.archive": lambda by: archive_store(slug=_store(Status.INACTIVE), by=by),
    },
    live=_live,
    samples={"kind:catalogue": ["products", "stores"], "pk:catalogue": [7]},
    pages=dict.fromkeys(ROUTES, "API key"),
    routes=ROUTES,
    reference=frozenset({"catalogue.Category", "catalogue.Product", "catalogue.Store"}),
    attempts={
        "category_ids_differ_by_more_than_case": (
            "INSERT INTO catalogue_category (slug, name) VALUES ('Shoes', 'Shoes'), ('shoes', 'Shoes')"
        ),
        "product_status_is_known": _PRODUCT.format(more=", status", values=", 'asleep'"),
        "product_price_is_not_negative": _PRODUCT.format(more=", price", values=", -1"),
        "store_status_is_known": _STORE.format(more=", status", values=", 'asleep'"),
        "store_position_is_on_earth": _STORE.format(more=", latitude", values=", 48"),
    },
)
