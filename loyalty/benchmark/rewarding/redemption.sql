-- The floor of one redemption of a gift card: by hand, one round trip, the same rows in the same tables.
CREATE OR REPLACE FUNCTION benchmark_redemption(
    wanted text, named text, receipt text, taken numeric, from_key bigint, agent text, address inet
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    member bigint;
    card coupons_coupon;
    pool text;
    redemption bigint;
BEGIN
    SELECT id INTO STRICT member FROM customers_customer
        WHERE id = (SELECT customer_id FROM customers_identity WHERE scheme = 'id' AND value = wanted)
        FOR NO KEY UPDATE;
    -- After the lock, as the balance is what is about to change.
    SELECT * INTO STRICT card FROM coupons_coupon WHERE folded = lower(named) AND customer_id = member FOR NO KEY UPDATE;
    SELECT slug INTO STRICT pool FROM coupons_pool WHERE id = card.pool_id;
    IF card.status NOT IN ('claimed', 'partially_redeemed') OR card.balance < taken OR card.expires_at <= moment
            OR EXISTS (SELECT FROM coupons_use WHERE coupon_id = card.id AND transaction_id = receipt AND undone_at IS NULL) THEN
        RAISE EXCEPTION 'The coupon cannot be redeemed';
    END IF;
    INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source,
            source_detail, staff_id, api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
        VALUES (member, nextval('events_event_id'), 'coupon_redeem', 0, NULL, jsonb_build_object('code', card.code,
            'amount', taken, 'transaction_id', receipt, 'coupon', pool), receipt, NULL, 'api', '', NULL, from_key, address,
            agent, moment, moment, (SELECT version FROM staff_programversion))
        RETURNING id INTO redemption;
    -- An order that nobody knows yet: a later checkout fills it.
    INSERT INTO events_transaction (customer_id, id, transaction_id, status, event_id, account_id, currency, total, refunded,
            items, earned, bonus, fixed_points, channel, taken_back, burned, given_back, reserved, created_at, updated_at,
            checkout_at, accept_at, accepted_at, booked)
        VALUES (member, nextval('events_transaction_id'), receipt, 'draft', NULL, NULL, NULL, 0, 0, '[]', 0, 0, NULL, NULL, 0,
            0, 0, 0, moment, moment, NULL, NULL, NULL, NULL)
        ON CONFLICT DO NOTHING;
    INSERT INTO coupons_use (event_id, coupon_id, amount, transaction_id, store, redeemed_at, undone_at, undone_by)
        VALUES (redemption, card.id, taken, receipt, NULL, moment, NULL, NULL);
    INSERT INTO coupons_movement (coupon_id, kind, amount, event_id, at)
        VALUES (card.id, 'redeem', -taken, redemption, moment);
    UPDATE coupons_coupon SET uses = uses + 1, redeemed_at = moment, balance = balance - taken,
            status = CASE WHEN balance > taken THEN 'partially_redeemed' ELSE 'redeemed' END
        WHERE id = card.id;
    INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)
        SELECT member, redemption, 'coupon_redeem', moment WHERE EXISTS (SELECT FROM sync_subscriber);
    -- The answer, for who sends the same again; it stands for a summary of about this size.
    INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, customer_id, expires_at)
        VALUES (from_key, sha256(receipt::bytea), sha256((receipt || taken)::bytea), 200,
            convert_to(rpad(jsonb_build_object('id', wanted, 'event', redemption)::text, 450), 'UTF8'), member,
            moment + interval '7 days');
    RETURN redemption;
END $$;
