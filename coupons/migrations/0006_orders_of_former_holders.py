"""Redemptions that were taken back before a code left its holder say no longer by which order and in which store they were.

They stayed with the code: in the next holder's copy of their data, and beyond the erasure of whose they were.
"""

from django.db import migrations

# A profile that was merged away is the same person as its survivor.
CLEAR = """
UPDATE coupons_use u SET transaction_id = NULL, store = NULL
FROM coupons_coupon c, events_event e
WHERE c.id = u.coupon_id AND u.undone_at IS NOT NULL AND coalesce(u.transaction_id, u.store) IS NOT NULL
    AND e.id = u.event_id AND e.customer_id IS DISTINCT FROM c.customer_id
    AND NOT EXISTS (SELECT FROM customers_merge m WHERE m.source_id = e.customer_id AND m.survivor_id = c.customer_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0005_value_before"),
        ("customers", "0002_rules"),
        ("events", "0004_quick_erasure"),
    ]

    operations = [migrations.RunSQL(CLEAR, migrations.RunSQL.noop)]
