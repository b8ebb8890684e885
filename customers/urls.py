from django.urls import include, path

from .api import search
from .api import views as api
from .api.v1 import views as read
from .directory.pages import CustomerList
from .erasure.api import CustomerOptOut, ErasureReceipt
from .erasure.pages import OptOut
from .export.api import CustomerData
from .export.pages import Data
from .life import api as life_api
from .life import dialogs as life
from .merging import pages as merging
from .notes import dialogs as notes
from .notes.pages import Notes
from .profile import addresses, pages, personal

api_patterns = [
    path("customers", search.CustomerSearch.as_view(), name="api-customers"),
    path("customers/-/count", search.CustomerCount.as_view(), name="api-customers-count"),
    path("auth", life_api.Auth.as_view(), name="api-auth"),
    path("customers/-/login", life_api.LogIn.as_view(), name="api-customer-login"),
    path("customers/<customer:public_id>", api.CustomerDetail.as_view(), name="api-customer"),
    path("customers/<customer:public_id>/data", CustomerData.as_view(), name="api-customer-data"),
    path("customers/<customer:public_id>/merge", api.CustomerMerge.as_view(), name="api-customer-merge"),
    path("customers/<customer:public_id>/opt-out", CustomerOptOut.as_view(), name="api-customer-opt-out"),
    path("customers/<customer:public_id>/opt-in", life_api.OptIn.as_view(), name="api-customer-opt-in"),
    path("customers/<customer:public_id>/suspend", life_api.Suspend.as_view(), name="api-customer-suspend"),
    path("customers/<customer:public_id>/unsuspend", life_api.Unsuspend.as_view(), name="api-customer-unsuspend"),
    path("erasures/<uuid:reference>", ErasureReceipt.as_view(), name="api-erasure"),
    path("v1/customers", read.ReadCustomers.as_view(), name="read-customers"),
    path("v1/customers/<customer:public_id>", read.ReadCustomer.as_view(), name="read-customer"),
]
page_patterns = [
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
urlpatterns = [
    *api_patterns,
    path("erasures/", include("customers.erasure.urls")),
    path("customers/", include((page_patterns, "customers"))),
]
