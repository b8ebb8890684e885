"""Rows of files of products and stores: each goes through the operation, in the preview as well, which is then taken back."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from loyalty.catalogue.models import Product, Store
from loyalty.catalogue.operations import (
    NoSuchItem,
    TakenId,
    change_product,
    change_store,
    create_product,
    create_store,
)
from loyalty.catalogue.values import WrongValues

# Each row is an operation, twice: more come by the Entities API.
MAX_ROWS = 2_000
# What has always a value is left as it is where a cell is empty.
_ALWAYS = frozenset({"name", "status"})


class CatalogueResource(ModelResource):
    """`by` of `import_data` is the sender."""

    columns: ClassVar[tuple[str, ...]]
    create: ClassVar[Callable[..., Any]]
    change: ClassVar[Callable[..., Any]]

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        if len(dataset) > MAX_ROWS:
            raise ValidationError(
                _("The file has more than %(most)s rows: part it, or send them by the Entities API.")
                % {"most": f"{MAX_ROWS:,}"}
            )
        if "id" not in (dataset.headers or ()):
            raise ValidationError(_("The file has no column “id”."))

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Nothing: the operation reads the row."""

    def skip_row(self, *args: Any, **kwargs: Any) -> bool:
        return False

    def validate_instance(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the operation does."""

    def save_instance(self, instance: Any, is_create: bool, row: Mapping[str, Any], **kwargs: Any) -> None:  # noqa: FBT001  the library's
        """Raises ValidationError, by column where it is about one."""
        operation = type(self).create if is_create else type(self).change
        try:
            made = operation(slug=row.get("id"), values=self._values(row), by=kwargs["by"]).result()
        except WrongValues as wrong:
            raise ValidationError({name: str(text) for name, text in wrong.problems.items()}) from None
        except (NoSuchItem, TakenId):
            raise ValidationError({"id": _("was archived, or made meanwhile by somebody else")}) from None
        # What the preview compares.
        instance.__dict__.update(made.__dict__)

    def after_import(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the library would set the sequence of the IDs, which are never of a file."""

    def save_m2m(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""

    def _values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: row[name] for name in self.columns if name in row}
        return {name: value for name, value in given.items() if name not in _ALWAYS or value not in (None, "")}


class ProductResource(CatalogueResource):
    columns = ("name", "category", "price", "url", "image", "status")
    create, change = staticmethod(create_product), staticmethod(change_product)
    id = Field("slug", "id")
    category = Field("category__slug", "category")
    price = Field("shown_price", "price", readonly=True)

    class Meta:
        model = Product
        import_id_fields = ("id",)
        fields = ("id", "name", "category", "price", "url", "image", "status")
        export_order = fields

    def get_export_queryset(self) -> Any:
        return Product.objects.select_related("category")


class StoreResource(CatalogueResource):
    columns = ("name", "address", "position", "status")
    create, change = staticmethod(create_store), staticmethod(change_store)
    id = Field("slug", "id")
    position = Field("position", "position", readonly=True)

    class Meta:
        model = Store
        import_id_fields = ("id",)
        fields = ("id", "name", "address", "position", "status")
        export_order = fields
