from django.urls import path

from . import dialogs, pages

app_name = "transactions"
urlpatterns = [
    path("", pages.CustomerTransactions.as_view(), name="list"),
    path("<int:transaction_id>/", pages.TransactionDetail.as_view(), name="detail"),
    path("<int:transaction_id>/accept/", dialogs.AcceptOrder.as_view(), name="checkout_accept"),
    path("<int:transaction_id>/reject/", dialogs.RejectOrder.as_view(), name="checkout_reject"),
    path("<int:transaction_id>/refund/", dialogs.RefundOrder.as_view(), name="refund"),
    path("<int:transaction_id>/refund-amount/", dialogs.RefundAmount.as_view(), name="partial_refund"),
    path("<int:transaction_id>/items/<int:place>/accept/", dialogs.AcceptItem.as_view(), name="checkout_accept_item"),
    path("<int:transaction_id>/items/<int:place>/refund/", dialogs.RefundItem.as_view(), name="refund_item"),
]
