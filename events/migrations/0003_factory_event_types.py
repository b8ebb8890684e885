from typing import Any

from django.db import migrations

PROFILE = [
    "email", "first_name", "last_name", "nickname", "handler", "birth_date", "gender", "language", "country",
    "currency", "mobile_phone", "image_url", "src", "referrer",
]  # fmt: skip
ITEM = [
    "transaction_id", "product_id", "product_name", "product_url", "product_category", "sku", "price", "quantity",
    "discount", "subtotal", "currency",
]  # fmt: skip
CHECKOUT = [
    "transaction_id", "total", "total_quantity", "currency", "points_burned", "discount", "shipping", "channel",
    "transaction_date", "effective_timestamp", "items",
]  # fmt: skip
POINTS = ["points", "reason", "effective_timestamp"]

# (action, name, attributes, personal attributes)
TYPES = [
    ("subscribe", "Subscribe", PROFILE, PROFILE),
    ("opt_in", "Opt in", PROFILE, PROFILE),
    ("profile", "Profile update", PROFILE, PROFILE),
    ("checkout", "Checkout", CHECKOUT, ["transaction_id", "transaction_date"]),
    ("checkout_item", "Checkout item", ITEM, ["transaction_id"]),
    ("point_add", "Point add", [*POINTS, "expdate"], ["reason"]),
    ("point_sub", "Point sub", POINTS, ["reason"]),
    ("point_spend", "Point spend", POINTS, ["reason"]),
    ("point_burn", "Point burn", ["points", "transaction_id"], ["transaction_id"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventType.objects.bulk_create(
        EventType(action=action, name=name, attributes=attributes, personal_attributes=personal, factory=True)
        for action, name, attributes, personal in TYPES
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0002_write_once")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
