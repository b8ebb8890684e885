"""Files of products and stores, in and out. Single ones are edited on the pages of the back office."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.tmp_storages import CacheStorage
from unfold.admin import ModelAdmin

from loyalty.program.exports import ExportedList
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff

from .enums import SHOWN
from .files.forms import BoundedImportForm
from .files.resources import ProductResource, StoreResource
from .models import Product, Store
from .rights import IMPORT_CATALOGUE


class CatalogueFiles(ExportedList, ModelAdmin, ImportExportModelAdmin):
    import_form_class = BoundedImportForm
    # Several machines serve the two steps.
    tmp_storage_class = CacheStorage
    skip_admin_log = True
    search_fields = ("slug", "name")
    list_filter = ("status",)
    ordering = ("slug",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(status__in=SHOWN)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may(request.user, IMPORT_CATALOGUE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        request = kwargs.pop("request")
        return {**super().get_import_data_kwargs(**kwargs), "by": by_staff(request)}

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        """What has failed as a whole changed nothing, whatever the library counts."""
        if result.has_errors():
            messages.error(request, _("Nothing was imported. Try again, or ask whoever runs the service."))
        else:
            super().add_success_message(result, request)


@admin.register(Product)
class ProductFiles(CatalogueFiles):
    resource_classes = (ProductResource,)
    list_display = ("slug", "name", "category", "price", "status")
    list_select_related = ("category",)


@admin.register(Store)
class StoreFiles(CatalogueFiles):
    resource_classes = (StoreResource,)
    list_display = ("slug", "name", "address", "status")
