from typing import Any

from django.db import migrations

ITEM = [
    "transaction_id", "product_id", "product_name", "product_url", "product_category", "sku", "price", "quantity",
    "discount", "subtotal", "currency", "points_rewarded", "effective_timestamp",
]  # fmt: skip
CHECKOUT = [
    "transaction_id", "total", "total_quantity", "currency", "points_burned", "points_rewarded", "discount", "shipping",
    "channel", "transaction_date", "effective_timestamp", "items",
]  # fmt: skip
ORDER = ["transaction_id", "effective_timestamp"]
ORDER_REASON = ["transaction_id", "reason", "effective_timestamp"]

# Each is an action, its name and its attributes.
TYPES = [
    ("checkout_update", "Checkout update", CHECKOUT),
    ("checkout_update_item", "Checkout item update", ITEM),
    ("checkout_accept", "Checkout accept", ORDER),
    ("checkout_accept_item", "Accept of a checkout item", [*ORDER, "product_id"]),
    ("checkout_item_accept", "Checkout item accept", [*ORDER, "product_id", "product_name", "quantity", "subtotal"]),
    ("checkout_reject", "Checkout reject", ORDER_REASON),
    ("checkout_claim", "Checkout claim", ORDER),
    ("refund", "Refund", ORDER_REASON),
    ("partial_refund", "Partial refund", [*ORDER_REASON, "amount"]),
    ("refund_item", "Item refund", [*ORDER_REASON, "product_id", "quantity", "subtotal"]),
    ("point_unburn", "Point unburn", ["points", "transaction_id"]),
    ("reserve_points", "Reserve points", ["points", *ORDER_REASON]),
    ("release_points", "Release points", ["points", *ORDER_REASON]),
    ("point_expire", "Point expiry", ["points"]),
    ("point_expiration", "Change of point expiration", ["events", "expdate", "reason"]),
    ("pending_accept", "Accept of pending points", ["event", "reason"]),
    ("pending_reject", "Reject of pending points", ["event", "reason"]),
]
PERSONAL = {"transaction_id", "transaction_date", "reason"}
# What an action may name besides.
MORE = [
    ("checkout", ["points_rewarded", "auto_accept", "guest"]),
    ("checkout_item", ["points_rewarded", "effective_timestamp"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventType.objects.bulk_create(
        EventType(
            action=action,
            name=name,
            attributes=attributes,
            personal_attributes=[attribute for attribute in attributes if attribute in PERSONAL],
            factory=True,
        )
        for action, name, attributes in TYPES
    )
    for action, attributes in MORE:
        found = EventType.objects.get(action=action)
        found.attributes = [*found.attributes, *attributes]
        found.save()


class Migration(migrations.Migration):
    dependencies = [("events", "0006_orders")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
