-- {customers} customers of five events each, in the order of time: orders, one of thirty with a line instead of a total; a spending.
INSERT INTO customers_customer (id, public_id, status, properties, created_at, updated_at, purchase_total, purchase_count,
    purchase_item_count, purchase_first_date, purchase_last_date, last_earn_date, last_spend_date)
SELECT c, 'v-' || c, 'active', '{{}}', '2026-01-01', '2026-01-01', 23.75, 3, 2, '2026-01-01', '2026-01-03', '2026-01-03', '2026-01-05'
FROM generate_series(1, {customers}) c;

INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source, source_detail,
    api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
SELECT c, (n - 1) * {customers} + c, kind.action, kind.points, kind.account,
    CASE WHEN n = 3 AND c % 10 > 0 THEN kind.data || '{{"total": 6}}' ELSE kind.data END,
    CASE kind.action WHEN 'checkout' THEN 'T-' || n || '-' || c END, CASE n WHEN 4 THEN 2 * {customers} + c END, 'api', '', 1,
    '192.0.2.1', 'till/1.0', timestamptz '2025-12-31' + n * interval '1 day', '2026-02-01', 1
FROM generate_series(1, 5) n
JOIN LATERAL (VALUES
    (1, 'checkout', 10, {account}, '{{"total": 10.50, "currency": "EUR", "transaction_id": "T-1", "shop": "Budapest", "till": 4}}'::jsonb),
    (2, 'checkout', 7, {account}, '{{"total": "7.25", "currency": "EUR", "transaction_id": "T-2", "shop": "Budapest", "till": 4}}'),
    (3, 'checkout', 6, {account}, '{{"currency": "EUR", "transaction_id": "T-3", "shop": "Budapest", "till": 4}}'),
    (4, 'checkout_item', 0, {account}, '{{"quantity": "2", "price": "3.5", "discount": 1, "product_id": "MUG", "product_name": "Blue mug"}}'),
    (5, 'point_spend', -8, {account}, '{{"points": 8}}')
) kind (number, action, points, account, data) ON kind.number = n
CROSS JOIN generate_series(1, {customers}) c
ORDER BY n, c;

INSERT INTO points_lot (customer_id, id, event_id, account_id, points, remaining, earned_at)
SELECT customer_id, id, id, {account}, points, CASE points WHEN 10 THEN 2 ELSE points END, occurred_at
FROM events_event WHERE points > 0 ORDER BY id;

INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
SELECT customer_id, id, {account}, CASE WHEN points > 0 THEN 'earn' ELSE 'spend' END, points,
    CASE WHEN points > 0 THEN id ELSE id - 4 * {customers} END, recorded_at
FROM events_event WHERE points <> 0 ORDER BY id;

INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
SELECT c, {account}, 23, 8, 0, 0, 0, 0 FROM generate_series(1, {customers}) c;
