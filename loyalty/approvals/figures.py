"""Of a customer, what every programme has."""

from collections.abc import Mapping

from django.utils.translation import gettext

from customers.models import Customer


def figures_of(customer_id: int) -> Mapping[str, str]:
    customer = Customer.objects.filter(id=customer_id).first()
    return {gettext("Status"): str(customer.get_status_display())} if customer else {}
