from django.db import migrations, models

# The quantities of an order's lines less what came back of them, by weight too. A quantity that is left out is 1, as the
# engine reads it.
ITEMS_LEFT = """
DROP FUNCTION events_items_left(jsonb);
CREATE FUNCTION events_items_left(items jsonb) RETURNS {type} LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    line jsonb;
    found {type} := 0;
BEGIN
    IF jsonb_typeof(items) = 'array' THEN
        FOR line IN SELECT jsonb_array_elements(items) LOOP
            found := found + CASE jsonb_typeof(line->'quantity') WHEN 'number' THEN (line->'quantity')::{type} ELSE 1 END
                - CASE jsonb_typeof(line->'refunded_quantity') WHEN 'number' THEN (line->'refunded_quantity')::{type} ELSE 0 END;
        END LOOP;
    END IF;
    RETURN found;
END $$
"""
# How a line is found, where its product does not do: added to those that the built-in actions have.
ADDED = """
INSERT INTO events_eventattribute (event_type_id, slug, label, type, options, required, personal, position)
SELECT t.action, one.slug, '', 'any', '{}', false, false,
    one.place + (SELECT coalesce(max(position), 0) FROM events_eventattribute a WHERE a.event_type_id = t.action)
FROM (VALUES
    ('checkout_item', 'line_id', 1), ('checkout_update_item', 'line_id', 1), ('checkout_item_accept', 'line_id', 1),
    ('checkout_accept_item', 'line_id', 1), ('checkout_accept_item', 'quantity', 2), ('checkout_accept_item', 'subtotal', 3),
    ('refund_item', 'line_id', 1)
) AS one (action, slug, place) JOIN events_eventtype t ON t.action = one.action AND t.factory
ON CONFLICT DO NOTHING
"""
ITEMS = models.Case(
    models.When(status="accepted", then=models.Func("items", function="events_items_left")),
    default=models.Value(0),
    output_field=models.DecimalField(max_digits=20, decimal_places=3),
)


class Migration(migrations.Migration):
    dependencies = [("events", "0021_booked_limits")]

    operations = [
        # A generated column has the type of its function: it is made anew, and the index that holds it.
        migrations.RemoveIndex(model_name="transaction", name="transaction_bought"),
        migrations.RemoveField(model_name="transaction", name="bought_items"),
        migrations.RunSQL(ITEMS_LEFT.format(type="numeric"), ITEMS_LEFT.format(type="bigint")),
        migrations.AddField(
            model_name="transaction",
            name="bought_items",
            field=models.GeneratedField(
                db_persist=True,
                expression=ITEMS,
                output_field=models.DecimalField(max_digits=20, decimal_places=3),
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                models.F("customer"),
                models.F("checkout_at"),
                condition=models.Q(("accepted_at__isnull", False)),
                include=("bought", "bought_items"),
                name="transaction_bought",
            ),
        ),
        migrations.RunSQL(ADDED, migrations.RunSQL.noop),
    ]
