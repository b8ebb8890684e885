from django.db import migrations, models

# What the orders that are there have used of limits: the bonuses that were given last, as far as the counters say that
# they were counted. Rejected and refunded ones have used nothing, whatever was counted for them.
BOOK = """
WITH given AS (
    SELECT o.customer_id, o.id, o.status, p.line, note, p.event_id
    FROM events_transaction o JOIN points_pending p USING (customer_id, transaction_id),
        jsonb_array_elements(p.arithmetic -> 'bonuses') note
    WHERE p.settled_by IS NULL OR o.status = 'rejected' AND p.settled_by = (
        SELECT max(settled_by) FROM points_pending last
        WHERE last.customer_id = o.customer_id AND last.transaction_id = o.transaction_id)
    UNION ALL
    SELECT o.customer_id, o.id, o.status, item.place - 1, note, l.event_id
    FROM points_lot l JOIN events_event v ON v.id = l.event_id
        JOIN events_transaction o ON o.customer_id = l.customer_id AND o.transaction_id = v.transaction_id
        LEFT JOIN LATERAL jsonb_array_elements(o.items) WITH ORDINALITY item (line, place)
            ON item.line ->> 'lot' = l.id::text, jsonb_array_elements(l.arithmetic -> 'bonuses') note
), counted AS (
    SELECT customer_id, id, status, line, event_id, (note ->> 'id')::bigint AS bonus_id, (note ->> 'points')::bigint AS points
    FROM given WHERE (note ->> 'points')::bigint > 0
), booked AS (
    SELECT c.customer_id, c.id, c.status, c.line, c.bonus_id,
        greatest(least(c.points, coalesce(u.points, 0) + c.points - sum(c.points) OVER of_customer), 0) AS customer,
        greatest(least(c.points, coalesce(t.points, 0) + c.points - sum(c.points) OVER of_all), 0) AS total
    FROM counted c LEFT JOIN points_bonususe u USING (customer_id, bonus_id)
        LEFT JOIN points_bonustotal t USING (bonus_id)
    WINDOW of_customer AS (PARTITION BY c.customer_id, c.bonus_id ORDER BY c.event_id DESC, c.line
                           ROWS UNBOUNDED PRECEDING),
        of_all AS (PARTITION BY c.bonus_id ORDER BY c.event_id DESC, c.line ROWS UNBOUNDED PRECEDING)
)
UPDATE events_transaction o SET booked = found.booked FROM (
    SELECT customer_id, id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('bonus', bonus_id, 'line', line,
        'customer', nullif(customer, 0), 'total', nullif(total, 0)))) AS booked
    FROM booked WHERE status IN ('draft', 'pending', 'accepted') AND (customer > 0 OR total > 0) GROUP BY customer_id, id
) found WHERE o.customer_id = found.customer_id AND o.id = found.id;

CREATE TEMP TABLE used ON COMMIT DROP AS
    SELECT customer_id, (booking ->> 'bonus')::bigint AS bonus_id,
        coalesce((booking ->> 'customer')::bigint, 0) AS customer, coalesce((booking ->> 'total')::bigint, 0) AS total
    FROM events_transaction, jsonb_array_elements(booked) booking;
UPDATE points_bonususe u SET points = coalesce((
    SELECT sum(customer) FROM used WHERE used.customer_id = u.customer_id AND used.bonus_id = u.bonus_id), 0);
UPDATE points_bonustotal t SET points = coalesce((
    SELECT sum(total) FROM used WHERE used.bonus_id = t.bonus_id), 0);
"""
FORGET = """
DELETE FROM points_bonususe WHERE points = 0;
UPDATE events_transaction SET booked = NULL WHERE booked IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0021_booked_limits"),
        ("points", "0012_erasure"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="bonususe", name="bonus_use_has_points"),
        migrations.AddField(
            model_name="bonus",
            name="refund_releases",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="What an order that is refunded in full has used of the limits can be used again. Rejected "
                "orders give it back in any case.",
                verbose_name="a full refund gives limits back",
            ),
        ),
        migrations.AddConstraint(
            model_name="bonususe",
            constraint=models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="bonus_use_is_not_negative"),
        ),
        migrations.RunSQL(BOOK, FORGET),
    ]
