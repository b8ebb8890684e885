from django.urls import include, path, re_path

from loyalty.http.routes import CustomerConverter

from .api import views as api
from .api.display import views as display
from .api.v1 import views as read
from .transactions.pages import Transactions

# Receipts have numbers such as 2026/17.
ORDERS = rf"^customers/(?P<public_id>{CustomerConverter.regex})/transactions"
api_patterns = [
    path("events", api.Events.as_view(), name="api-events"),
    # The address of clients older than the versions; it answers as /events.
    path("v1/events", api.Events.as_view(), name="api-events-v1"),
    path("events/bulk", api.BulkEvents.as_view(), name="api-events-bulk"),
    path("v1/customers/<customer:public_id>/events", read.ReadEvents.as_view(), name="read-events"),
    path("v1/customers/<customer:public_id>/transactions", read.ReadTransactions.as_view(), name="read-transactions"),
    path("customers/-/events", display.AllEvents.as_view(), name="api-all-events"),
    path("customers/<customer:public_id>/events", display.CustomerEvents.as_view(), name="api-customer-events"),
    path("customers/<customer:public_id>/history", display.CustomerEvents.as_view(), name="api-customer-history"),
    path("customers/<customer:public_id>/transactions", display.Transactions.as_view(), name="api-transactions"),
    path(
        "customers/<customer:public_id>/transactions/-/search",
        display.TransactionSearch.as_view(),
        name="api-transactions-search",
    ),
    re_path(
        rf"{ORDERS}/(?P<transaction_id>.+)/events$", display.TransactionEvents.as_view(), name="api-transaction-events"
    ),
    re_path(rf"{ORDERS}/(?P<transaction_id>.*[^/])$", display.TransactionDetail.as_view(), name="api-transaction"),
]
urlpatterns = [
    *api_patterns,
    path("customers/<int:customer_id>/events/", include("events.timeline.urls")),
    path("customers/<int:customer_id>/duplicates/", include("events.duplicates.urls")),
    path("customers/<int:customer_id>/transactions/", include("events.transactions.urls")),
    path("transactions/", Transactions.as_view(), name="transactions"),
]
