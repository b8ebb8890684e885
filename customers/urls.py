from django.urls import path

from .directory.pages import CustomerList
from .erasure.pages import OptOut
from .export.pages import Data
from .life import dialogs as life
from .merging import pages as merging
from .notes import dialogs as notes
from .notes.pages import Notes
from .profile import addresses, pages, personal

app_name = "customers"
urlpatterns = [
    path("", CustomerList.as_view(), name="list"),
    path("new/", personal.NewCustomer.as_view(), name="new"),
    path("<int:customer_id>/personal/", personal.Personal.as_view(), name="personal"),
    path("<int:customer_id>/", pages.Overview.as_view(), name="overview"),
    path("<int:customer_id>/opt-out/", OptOut.as_view(), name="opt_out"),
    path("<int:customer_id>/merge/", merging.MergeStart.as_view(), name="merge"),
    path("<int:customer_id>/merge/<int:other_id>/", merging.MergeCompare.as_view(), name="compare"),
    path("<int:customer_id>/data/<slug:format>/", Data.as_view(), name="data"),
    path("<int:customer_id>/suspend/", life.Suspend.as_view(), name="suspend"),
    path("<int:customer_id>/unsuspend/", life.Unsuspend.as_view(), name="unsuspend"),
    path("<int:customer_id>/notes/", Notes.as_view(), name="notes"),
    path("<int:customer_id>/notes/add/", notes.AddNote.as_view(), name="add_note"),
    path("<int:customer_id>/notes/<int:note_id>/", notes.EditNote.as_view(), name="edit_note"),
    path("<int:customer_id>/notes/<int:note_id>/delete/", notes.DeleteNote.as_view(), name="delete_note"),
    # Last: what is none of the above may be what the brand calls a customer.
    path("<path:identity>/", addresses.ByIdentity.as_view(), name="by_identity"),
]
