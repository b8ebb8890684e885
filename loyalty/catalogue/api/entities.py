"""`/entities/products/product` and `/entities/stores/store`: created, read and changed; stores are archived as well."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from loyalty.api.entities.calls import UNIQUE
from loyalty.api.entities.pairs import Caller, EntityPair, EntityWrites, HiddenEntity
from loyalty.api.problems import ApiError, bad_request
from loyalty.catalogue.filters import ProductFilters, StoreFilters
from loyalty.catalogue.models import Product, Store
from loyalty.catalogue.operations import (
    NoSuchItem,
    StillActive,
    StillUsed,
    TakenId,
    archive_store,
    change_product,
    change_store,
    create_product,
    create_store,
)
from loyalty.catalogue.queries import product_of, products, store_of, stores
from loyalty.catalogue.values import WrongValues

from .schemas import CHANGED_PRODUCT, CHANGED_STORE, MUG, NEW_PRODUCT, NEW_STORE, PRODUCT, STORE, VIENNA

# Categories are only named by products.
CATEGORIES = HiddenEntity("products", "category")


def product_object(product: Product) -> dict[str, Any]:
    return {
        "id": product.slug,
        "name": product.name,
        "category": product.category.slug if product.category else None,
        "price": None if product.price is None else _number(product.price),
        "url": product.url or None,
        "image": product.image or None,
        "status": product.status,
    }


def store_object(store: Store) -> dict[str, Any]:
    is_placed = store.latitude is not None and store.longitude is not None
    position = {"latitude": _number(store.latitude), "longitude": _number(store.longitude)} if is_placed else None
    return {
        "id": store.slug,
        "name": store.name,
        "address": store.address or None,
        "position": position,
        "status": store.status,
    }


def _number(value: Decimal | None) -> Decimal | int:
    found = Decimal(value or 0)
    return int(found) if found == int(found) else found.normalize()


def _products(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    found = ProductFilters(asked, products().select_related("category")).exact
    return [product_object(one) for one in found.order_by("slug")[start:stop]]


def _stores(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    found = StoreFilters(asked, stores()).exact
    return [store_object(one) for one in found.order_by("slug")[start:stop]]


def _product(id: str) -> dict[str, Any] | None:
    found = product_of(id)
    return product_object(found) if found else None


def _store(id: str) -> dict[str, Any] | None:
    found = store_of(id)
    return store_object(found) if found else None


def _create_product(body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    return _told(lambda: product_object(create_product(slug=_id(body), values=body, by=by).result()))


def _update_product(id: str, body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    return _told(lambda: product_object(change_product(slug=id, values=body, by=by).result()))


def _create_store(body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    return _told(lambda: store_object(create_store(slug=_id(body), values=body, by=by).result()))


def _update_store(id: str, body: Mapping[str, Any], by: Caller) -> dict[str, Any]:
    return _told(lambda: store_object(change_store(slug=id, values=body, by=by).result()))


def _delete_store(id: str, by: Caller) -> None:
    _told(lambda: archive_store(slug=id, by=by).result() or {})


def _id(body: Mapping[str, Any]) -> Any:
    found = body.get("id")
    if found is None or found == "":
        raise bad_request(UNIQUE)
    return found


def _told(done: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was done, or why it was not as the API says it."""
    try:
        return done()
    except WrongValues as wrong:
        name, text = next(iter(wrong.problems.items()))
        raise bad_request(f"'{name}' {text}") from None
    except TakenId:
        raise bad_request(UNIQUE) from None
    except StillActive:
        raise bad_request("Only inactive entities can be archived") from None
    except StillUsed as used:
        raise bad_request(f"The entity is used by: {used}") from None
    except NoSuchItem:
        raise _unknown() from None


def _unknown() -> ApiError:
    return bad_request("Entity not found")


PRODUCTS = EntityPair(
    "products",
    "product",
    _products,
    _product,
    PRODUCT,
    MUG,
    writes=EntityWrites(
        create=_create_product,
        update=_update_product,
        created=PRODUCT,
        create_body=NEW_PRODUCT,
        update_body=CHANGED_PRODUCT,
        create_examples=[("A product", {**MUG, "id": "MUG-GREEN"}, {**MUG, "id": "MUG-GREEN"})],
        update_examples=[("Another price", {"price": 9.5, "url": None}, {**MUG, "price": 9.5, "url": None})],
    ),
    filters=ProductFilters,
)
STORES = EntityPair(
    "stores",
    "store",
    _stores,
    _store,
    STORE,
    VIENNA,
    writes=EntityWrites(
        create=_create_store,
        update=_update_store,
        delete=_delete_store,
        created=STORE,
        create_body=NEW_STORE,
        update_body=CHANGED_STORE,
        create_examples=[("A store", {**VIENNA, "id": "graz"}, {**VIENNA, "id": "graz"})],
        update_examples=[("A store closes", {"status": "inactive"}, {**VIENNA, "status": "inactive"})],
    ),
    filters=StoreFilters,
)
