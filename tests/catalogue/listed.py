"""The catalogue in the tests that list all of something."""

from tests.listing import Listed

_PRODUCT = "INSERT INTO catalogue_product (slug, name, url, image{more}) VALUES ('p', 'P', '', ''{values})"
_STORE = "INSERT INTO catalogue_store (slug, name, address{more}) VALUES ('s', 'S', ''{values})"

LISTED = Listed(
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
