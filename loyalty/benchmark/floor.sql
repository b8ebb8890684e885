-- The floor of one checkout: by hand, one round trip, the same rows in the same tables under the same foreign keys.
CREATE OR REPLACE FUNCTION benchmark_checkout(
    wanted text, receipt text, head jsonb, lines jsonb[], from_key bigint, agent text, address inet
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    amount numeric := head ->> 'total';
    bought bigint := head ->> 'total_quantity';
    earned_points bigint := round(amount);
    member bigint;
    account bigint;
    checkout bigint;
    lot bigint;
BEGIN
    SELECT id INTO STRICT member FROM customers_customer
        WHERE id = (SELECT customer_id FROM customers_identity WHERE scheme = 'id' AND value = wanted)
        FOR NO KEY UPDATE;
    INSERT INTO events_businesskey (key, recorded_at) VALUES ('checkout:' || receipt, moment) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Transaction ID already used';
    END IF;
    -- Read after the lock, as the balance is what is about to change.
    SELECT account_id INTO STRICT account FROM points_balance
        WHERE customer_id = member AND account_id = (SELECT id FROM points_account WHERE is_default);
    INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source,
            source_detail, staff_id, api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
        VALUES (member, nextval('events_event_id'), 'checkout', earned_points, account, head, receipt, NULL, 'api',
            '', NULL, from_key, address, agent, moment, moment, (SELECT version FROM staff_programversion))
        RETURNING id INTO checkout;
    INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source,
            source_detail, staff_id, api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
        SELECT member, nextval('events_event_id'), 'checkout_item', 0, NULL, line, receipt, checkout, 'api',
            '', NULL, from_key, address, agent, moment, moment, (SELECT version FROM staff_programversion)
        FROM unnest(lines) AS line;
    INSERT INTO events_transaction (customer_id, id, transaction_id, status, event_id, account_id, currency, total, refunded,
            items, earned, bonus, fixed_points, channel, taken_back, burned, given_back, reserved, created_at, updated_at, checkout_at, accept_at, accepted_at)
        SELECT member, nextval('events_transaction_id'), receipt, 'accepted', checkout, account, head ->> 'currency', amount, 0,
            coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('product_id', line -> 'product_id',
                'name', line -> 'product_name', 'category', line -> 'product_category',
                'quantity', nullif(line -> 'quantity', '1'), 'subtotal', line -> 'subtotal'))), '[]'),
            earned_points, 0, NULL, head ->> 'channel', 0, 0, 0, 0, moment, moment, moment, NULL, moment
        FROM unnest(lines) AS line;
    INSERT INTO points_lot (customer_id, id, event_id, account_id, points, remaining, earned_at, expires_at, arithmetic)
        VALUES (member, nextval('points_lot_id'), checkout, account, earned_points, earned_points, moment, NULL, jsonb_build_object(
            'rule', 'base', 'amount', head ->> 'total', 'currency', head ->> 'currency', 'percentage', '100',
            'rounding', 'nearest', 'points', earned_points))
        RETURNING id INTO lot;
    INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
        VALUES (member, checkout, account, 'earn', earned_points, lot, moment);
    UPDATE points_balance SET earned = earned + earned_points WHERE customer_id = member AND account_id = account;
    UPDATE customers_customer SET
            purchase_total = purchase_total + amount,
            purchase_count = purchase_count + 1,
            purchase_item_count = purchase_item_count + bought,
            purchase_first_date = least(purchase_first_date, moment),
            purchase_last_date = greatest(purchase_last_date, moment),
            last_earn_date = greatest(last_earn_date, moment)
        WHERE id = member;
    INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)
        SELECT member, checkout, 'checkout', moment WHERE EXISTS (SELECT FROM sync_subscriber);
    -- The answer, for who sends the same again; it stands for a summary of about this size.
    INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, customer_id, expires_at)
        VALUES (from_key, sha256(receipt::bytea), sha256(head::text::bytea), 200,
            convert_to(rpad(jsonb_build_object('id', wanted, 'event', checkout)::text, 450), 'UTF8'), member,
            moment + interval '7 days');
    RETURN checkout;
END $$;
