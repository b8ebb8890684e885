"""What staff, files and integrators ask of the catalogue: create, change and archive a product or a store."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.sender import Sender

from .enums import SHOWN, Status
from .models import Category, Product, Store
from .queries import category_named
from .rights import CHANGE_CATALOGUE
from .uses import uses_of_product, uses_of_store
from .values import read_id, read_product, read_store

Item = TypeVar("Item", Product, Store)


class NoSuchItem(Exception):
    """There is no product, or store, of this ID, or it is archived."""


class TakenId(Exception):
    """A product, or a store, has this ID, or had it before it was archived."""


class StillActive(Exception):
    """Only what is inactive is archived."""


class StillUsed(Exception):
    """It is used: by `uses`, each a name."""

    def __init__(self, uses: list[str]) -> None:
        super().__init__(", ".join(uses))
        self.uses = uses


@operation(right=CHANGE_CATALOGUE, audit="product.create")
def create_product(*, slug: str, values: Mapping[str, Any], by: Sender) -> Deed[Product]:
    """`values`: name, and category, price, url, image, status if they are known. Raises WrongValues, TakenId."""
    made = _made(Product, slug, _with_category(read_product(_named(values))))
    return Deed(made, subject=_subject(made), after=_told(made))


@operation(right=CHANGE_CATALOGUE, audit="product.change")
def change_product(*, slug: str, values: Mapping[str, Any], by: Sender) -> Deed[Product]:
    """Those of the values that are given. Raises WrongValues, NoSuchItem."""
    return _changed(_open(Product, slug), _with_category(read_product(values)))


@operation(right=CHANGE_CATALOGUE, audit="product.archive")
def archive_product(*, slug: str, by: Sender) -> Deed[None]:
    """For good. Raises NoSuchItem, StillActive, StillUsed."""
    return _archived(_open(Product, slug), uses_of_product)


@operation(right=CHANGE_CATALOGUE, audit="store.create")
def create_store(*, slug: str, values: Mapping[str, Any], by: Sender) -> Deed[Store]:
    """`values`: name, and address, position, status if they are known. Raises WrongValues, TakenId."""
    made = _made(Store, slug, read_store(_named(values)))
    return Deed(made, subject=_subject(made), after=_told(made))


@operation(right=CHANGE_CATALOGUE, audit="store.change")
def change_store(*, slug: str, values: Mapping[str, Any], by: Sender) -> Deed[Store]:
    """Those of the values that are given. Raises WrongValues, NoSuchItem."""
    return _changed(_open(Store, slug), read_store(values))


@operation(right=CHANGE_CATALOGUE, audit="store.archive")
def archive_store(*, slug: str, by: Sender) -> Deed[None]:
    """For good. Raises NoSuchItem, StillActive, StillUsed."""
    return _archived(_open(Store, slug), uses_of_store)


def _named(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the name, which everything has."""
    return {**values, "name": values.get("name")}


def _with_category(values: dict[str, Any]) -> dict[str, Any]:
    """The category of that ID, in any case; a new one if there is none."""
    if text := values.get("category"):
        values["category"] = category_named(text) or _new_category(text)
    return values


def _new_category(text: str) -> Category:
    try:
        with transaction.atomic():
            return Category.objects.create(slug=text, name=text)
    except IntegrityError:  # another product has made it meanwhile
        found = category_named(text)
        assert found is not None
        return found


def _made(model: type[Item], slug: str, values: Mapping[str, Any]) -> Item:
    made = model(slug=read_id(slug), **values)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if model._default_manager.filter(slug=made.slug).exists():
            raise TakenId(made.slug) from None
        raise error from None
    return made


def _open(model: type[Item], slug: str) -> Item:
    """Locked until the change is done."""
    found = model._default_manager.select_for_update().filter(slug=slug, status__in=SHOWN).first()
    if found is None:
        raise NoSuchItem(slug)
    return found


def _changed(found: Item, values: Mapping[str, Any]) -> Deed[Item]:
    was = _told(found)
    for name, value in values.items():
        setattr(found, name, value)
    now = _told(found)
    names = [name for name in now if now[name] != was[name]]
    if not names:
        return Nothing(found)
    found.save(update_fields=list(values))
    before, after = ({name: told[name] for name in names} for told in (was, now))
    return Deed(found, subject=_subject(found), before=before, after=after)


def _archived(found: Item, uses_of: Callable[[str], list[str]]) -> Deed[None]:
    if found.status != Status.INACTIVE:
        raise StillActive
    if uses := uses_of(found.slug):
        raise StillUsed(uses)
    found.status = Status.ARCHIVED
    found.save(update_fields=["status"])
    after = {"status": Status.ARCHIVED.value}
    return Deed(None, subject=_subject(found), before={"status": Status.INACTIVE.value}, after=after)


def _told(item: Product | Store) -> dict[str, Any]:
    """For the trail, as JSON has it."""
    if isinstance(item, Product):
        category = item.category.slug if item.category else None
        told = {"category": category, "price": item.shown_price or None, "url": item.url, "image": item.image}
    else:
        told = {"address": item.address, "position": item.position}
    return {"id": item.slug, "name": item.name, **told, "status": str(item.status)}


def _subject(item: Product | Store) -> str:
    return f"{item._meta.model_name}:{item.slug}"
