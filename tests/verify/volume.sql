-- {customers} customers of five events each, in the order of time: three orders, the third with a line and one in a hundred
-- times without a total; then a spending. Of one customer in fifty each: a refund, pending points, or an expiry in place of that.
INSERT INTO customers_customer (id, public_id, status, properties, created_at, updated_at, purchase_total, purchase_count,
    purchase_item_count, purchase_first_date, purchase_last_date, last_earn_date, last_spend_date)
SELECT c, 'v-' || c, 'active', '{{}}', '2026-01-01', '2026-01-01', CASE c % 50 WHEN 0 THEN 16.50 ELSE 23.75 END, 3, 2,
    '2026-01-01', '2026-01-03', '2026-01-03', CASE WHEN c % 50 > 2 THEN timestamptz '2026-01-05' END
FROM generate_series(1, {customers}) c;

INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source, source_detail,
    api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
SELECT c, (n - 1) * {customers} + c, kind.action, kind.points, {account},
    CASE WHEN n = 3 AND c % 100 <> 10 THEN kind.data || '{{"total": 6}}' ELSE kind.data END,
    'T-' || kind.transaction || '-' || c, CASE n WHEN 4 THEN 2 * {customers} + c END, 'api', '', 1,
    '192.0.2.1', 'till/1.0', timestamptz '2025-12-31' + n * interval '1 day', '2026-02-01', 1
FROM generate_series(1, 5) n
CROSS JOIN generate_series(1, {customers}) c
JOIN (VALUES
    (1, NULL, 'checkout', 10, 1, '{{"total": 10.50, "currency": "EUR", "transaction_id": "T-1", "shop": "Budapest", "till": 4}}'::jsonb),
    (2, NULL, 'checkout', 7, 2, '{{"total": 7.25, "currency": "EUR", "transaction_id": "T-2", "shop": "Budapest", "till": 4}}'),
    (3, NULL, 'checkout', 6, 3, '{{"currency": "EUR", "transaction_id": "T-3", "shop": "Budapest", "till": 4}}'),
    (4, NULL, 'checkout_item', 0, 3, '{{"quantity": 2, "price": 3.5, "discount": 1, "product_id": "MUG", "product_name": "Blue mug"}}'),
    (5, 0, 'refund', -7, 2, '{{"transaction_id": "T-2"}}'),
    (5, 1, 'review', 0, NULL, '{{"stars": 5}}'),
    (5, 2, 'point_expire', -10, NULL, '{{"points": 10}}'),
    (5, 3, 'point_spend', -8, NULL, '{{"points": 8}}')
) kind (number, who, action, points, transaction, data) ON kind.number = n AND (n < 5 OR kind.who = least(c % 50, 3))
ORDER BY n, c;

INSERT INTO events_transaction (customer_id, id, transaction_id, status, event_id, account_id, currency, total, items, earned,
    refunded, bonus, taken_back, burned, given_back, reserved, created_at, updated_at, checkout_at, accepted_at)
SELECT customer_id, id, transaction_id, 'accepted', id, {account}, 'EUR', coalesce((data->>'total')::numeric, 6),
    CASE points WHEN 6 THEN '[{{"product_id": "MUG", "name": "Blue mug", "quantity": 2, "subtotal": 6.0}}]'::jsonb ELSE '[]' END,
    points, 0, 0, 0, 0, 0, 0, recorded_at, recorded_at, occurred_at, occurred_at
FROM events_event WHERE action = 'checkout' ORDER BY id;

UPDATE events_transaction t SET status = 'refunded', refunded = total, taken_back = earned
FROM events_event e WHERE e.action = 'refund' AND e.customer_id = t.customer_id AND e.transaction_id = t.transaction_id;

INSERT INTO points_lot (customer_id, id, event_id, account_id, points, remaining, expired, earned_at)
SELECT customer_id, id, id, {account}, points, CASE
        WHEN points = 10 AND customer_id % 50 = 2 OR points = 7 AND customer_id % 50 = 0 THEN 0
        WHEN points = 10 AND customer_id % 50 > 2 THEN 2 ELSE points END,
    CASE WHEN points = 10 AND customer_id % 50 = 2 THEN 10 ELSE 0 END, occurred_at
FROM events_event WHERE points > 0 ORDER BY id;

INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
SELECT customer_id, id, {account}, CASE action WHEN 'refund' THEN 'refund' WHEN 'review' THEN 'pending'
        WHEN 'point_expire' THEN 'expire' WHEN 'point_spend' THEN 'spend' ELSE 'earn' END,
    CASE action WHEN 'review' THEN 5 ELSE points END,
    CASE action WHEN 'refund' THEN id - 3 * {customers} WHEN 'review' THEN NULL WHEN 'checkout' THEN id
        ELSE id - 4 * {customers} END, recorded_at
FROM events_event WHERE action <> 'checkout_item' ORDER BY id;

INSERT INTO points_pending (customer_id, id, event_id, account_id, points, bonus, due_at)
SELECT customer_id, id, id, {account}, 5, 0, occurred_at + interval '90 days' FROM events_event WHERE action = 'review';

INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
SELECT c, {account}, CASE c % 50 WHEN 0 THEN 16 ELSE 23 END, CASE WHEN c % 50 > 2 THEN 8 ELSE 0 END,
    CASE c % 50 WHEN 2 THEN 10 ELSE 0 END, 0, CASE c % 50 WHEN 1 THEN 5 ELSE 0 END, 0
FROM generate_series(1, {customers}) c;
