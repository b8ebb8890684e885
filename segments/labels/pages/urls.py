from django.urls import include, path

from . import dialogs, giving, listing

page_patterns = [
    path("", listing.Labels.as_view(), name="list"),
    path("<slug:slug>/", listing.Members.as_view(), name="members"),
    path("<slug:slug>/edit/", dialogs.EditLabel.as_view(), name="edit"),
    path("<slug:slug>/activate/", dialogs.SwitchOn.as_view(), name="activate"),
    path("<slug:slug>/inactivate/", dialogs.Switch.as_view(), name="inactivate"),
    path("<slug:slug>/merge/", dialogs.Merge.as_view(), name="merge"),
]
urlpatterns = [
    path("labels/", include((page_patterns, "labels"))),
    path("customers/<int:customer_id>/labels/", giving.ChangeTokens.as_view(), name="customer-labels"),
]
