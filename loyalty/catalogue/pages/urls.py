from django.urls import include, path

from . import dialogs, listing

patterns = [
    path("products/", listing.Products.as_view(), name="products"),
    path("stores/", listing.Stores.as_view(), name="stores"),
    path("<slug:kind>/new/", dialogs.Create.as_view(), name="new"),
    path("<slug:kind>/<int:pk>/edit/", dialogs.Edit.as_view(), name="edit"),
    path("<slug:kind>/<int:pk>/activate/", dialogs.SetActive.as_view(), name="activate"),
    path("<slug:kind>/<int:pk>/inactivate/", dialogs.SetInactive.as_view(), name="inactivate"),
    path("<slug:kind>/<int:pk>/archive/", dialogs.Archive.as_view(), name="archive"),
]
urlpatterns = [path("catalogue/", include((patterns, "catalogue")))]
