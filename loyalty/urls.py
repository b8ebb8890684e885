"""Addresses. Those of the API have no slash at the end, those of pages have one."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from customers.api.search import CustomerCount, CustomerSearch
from customers.api.v1.views import ReadCustomer, ReadCustomers
from customers.api.views import CustomerDetail, CustomerMerge
from customers.erasure.api import CustomerOptOut, ErasureReceipt
from customers.export.api import CustomerData
from customers.life.api import Auth, LogIn, OptIn, Suspend, Unsuspend
from events.api.display.views import AllEvents, CustomerEvents, TransactionDetail, TransactionEvents, TransactionSearch
from events.api.display.views import Transactions as CustomerTransactions
from events.api.v1.views import ReadEvents, ReadTransactions
from events.api.views import BulkEvents, Events
from events.transactions.pages import Transactions
from loyalty.http.readiness import readyz
from loyalty.identifiers import AFTER_AN_ID
from loyalty.ui.pages import Login

# The ID of a customer, slashes and all: servers hand on decoded paths, and no ID has what addresses say after it.
CUSTOMER = rf"(?P<public_id>[^/]+(?:/(?!(?:-|{'|'.join(AFTER_AN_ID)})(?:/|$))[^/]+)*)"

urlpatterns: list[URLPattern | URLResolver] = [
    path("events", Events.as_view(), name="api-events"),
    # The address of clients older than the versions; it answers as /events.
    path("v1/events", Events.as_view(), name="api-events-v1"),
    path("events/bulk", BulkEvents.as_view(), name="api-events-bulk"),
    path("customers", CustomerSearch.as_view(), name="api-customers"),
    path("customers/-/count", CustomerCount.as_view(), name="api-customers-count"),
    path("auth", Auth.as_view(), name="api-auth"),
    path("customers/-/login", LogIn.as_view(), name="api-customer-login"),
    # Before the customers: not every address of a page ends in a slash.
    path("customers/<int:customer_id>/events/", include("events.urls")),
    path("customers/<int:customer_id>/duplicates/", include("events.duplicates.urls")),
    path("customers/<int:customer_id>/points/", include("loyalty.points.urls")),
    path("customers/<int:customer_id>/transactions/", include("events.transactions.urls")),
    re_path(rf"^customers/{CUSTOMER}$", CustomerDetail.as_view(), name="api-customer"),
    re_path(rf"^customers/{CUSTOMER}/data$", CustomerData.as_view(), name="api-customer-data"),
    re_path(rf"^customers/{CUSTOMER}/merge$", CustomerMerge.as_view(), name="api-customer-merge"),
    re_path(rf"^customers/{CUSTOMER}/opt-out$", CustomerOptOut.as_view(), name="api-customer-opt-out"),
    path("erasures/<uuid:reference>", ErasureReceipt.as_view(), name="api-erasure"),
    path("erasures/", include("customers.erasure.urls")),
    re_path(rf"^customers/{CUSTOMER}/opt-in$", OptIn.as_view(), name="api-customer-opt-in"),
    re_path(rf"^customers/{CUSTOMER}/suspend$", Suspend.as_view(), name="api-customer-suspend"),
    re_path(rf"^customers/{CUSTOMER}/unsuspend$", Unsuspend.as_view(), name="api-customer-unsuspend"),
    path("v1/customers", ReadCustomers.as_view(), name="read-customers"),
    re_path(rf"^v1/customers/{CUSTOMER}$", ReadCustomer.as_view(), name="read-customer"),
    re_path(rf"^v1/customers/{CUSTOMER}/events$", ReadEvents.as_view(), name="read-events"),
    re_path(rf"^v1/customers/{CUSTOMER}/transactions$", ReadTransactions.as_view(), name="read-transactions"),
    path("customers/-/events", AllEvents.as_view(), name="api-all-events"),
    re_path(rf"^customers/{CUSTOMER}/events$", CustomerEvents.as_view(), name="api-customer-events"),
    re_path(rf"^customers/{CUSTOMER}/history$", CustomerEvents.as_view(), name="api-customer-history"),
    re_path(rf"^customers/{CUSTOMER}/transactions$", CustomerTransactions.as_view(), name="api-transactions"),
    re_path(
        rf"^customers/{CUSTOMER}/transactions/-/search$",
        TransactionSearch.as_view(),
        name="api-transactions-search",
    ),
    # Receipts have numbers such as 2026/17; addresses of pages end in a slash.
    re_path(
        rf"^customers/{CUSTOMER}/transactions/(?P<transaction_id>.+)/events$",
        TransactionEvents.as_view(),
        name="api-transaction-events",
    ),
    re_path(
        rf"^customers/{CUSTOMER}/transactions/(?P<transaction_id>.*[^/])$",
        TransactionDetail.as_view(),
        name="api-transaction",
    ),
    path("transactions/", Transactions.as_view(), name="transactions"),
    path("customers/", include("customers.urls")),
    path("imports/", include("loyalty.transfer.urls")),
    # One way in for everybody.
    path("admin/login/", Login.as_view(), name="admin-login"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password"), name="admin-password"),
    path("admin/", admin.site.urls),
    path("readyz", readyz, name="readyz"),
    path("", include("loyalty.api.docs.urls")),
    path("", include("loyalty.ui.urls")),
]

handler400 = "loyalty.api.handlers.bad"
handler404 = "loyalty.api.handlers.missing"
handler500 = "loyalty.api.handlers.failed"
