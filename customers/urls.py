from django.urls import path

from . import profile_dialogs
from .erasure import pages as erasure_pages
from .export import pages as access_pages
from .merging import pages as merge_pages
from .profile import addresses, pages, personal

app_name = "customers"
urlpatterns = [
    path("", pages.CustomerList.as_view(), name="list"),
    path("new/", personal.NewCustomer.as_view(), name="new"),
    path("<int:customer_id>/personal/", personal.Personal.as_view(), name="personal"),
    path("<int:customer_id>/", pages.Overview.as_view(), name="overview"),
    path("<int:customer_id>/opt-out/", erasure_pages.OptOut.as_view(), name="opt_out"),
    path("<int:customer_id>/merge/", merge_pages.MergeStart.as_view(), name="merge"),
    path("<int:customer_id>/merge/<int:other_id>/", merge_pages.MergeCompare.as_view(), name="compare"),
    path("<int:customer_id>/duplicates/", merge_pages.Duplicates.as_view(), name="duplicates"),
    path("<int:customer_id>/data/<slug:format>/", access_pages.Data.as_view(), name="data"),
    path("<int:customer_id>/suspend/", profile_dialogs.Suspend.as_view(), name="suspend"),
    path("<int:customer_id>/unsuspend/", profile_dialogs.Unsuspend.as_view(), name="unsuspend"),
    path("<int:customer_id>/notes/", pages.Notes.as_view(), name="notes"),
    path("<int:customer_id>/notes/add/", profile_dialogs.AddNote.as_view(), name="add_note"),
    path("<int:customer_id>/notes/<int:note_id>/", profile_dialogs.EditNote.as_view(), name="edit_note"),
    path("<int:customer_id>/notes/<int:note_id>/delete/", profile_dialogs.DeleteNote.as_view(), name="delete_note"),
    # Last: what is none of the above may be what the brand calls a customer.
    path("<path:identity>/", addresses.ByIdentity.as_view(), name="by_identity"),
]
