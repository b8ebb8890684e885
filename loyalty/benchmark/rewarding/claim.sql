-- The floor of one claim of a reward: by hand, one round trip, the same rows in the same tables.
CREATE OR REPLACE FUNCTION benchmark_claim(
    wanted text, named text, receipt text, from_key bigint, agent text, address inet
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    member customers_customer;
    reward rewards_reward;
    account bigint;
    price bigint;
    left_over bigint;
    lot points_lot;
    claim bigint;
    piece bigint;
BEGIN
    SELECT * INTO STRICT member FROM customers_customer
        WHERE id = (SELECT customer_id FROM customers_identity WHERE scheme = 'id' AND value = wanted)
        FOR NO KEY UPDATE;
    SELECT * INTO STRICT reward FROM rewards_reward WHERE slug = named;
    price := reward.prices ->> member.currency;
    -- After the lock, as the balance is what is about to change.
    SELECT account_id INTO STRICT account FROM points_balance
        WHERE customer_id = member.id AND account_id = (SELECT id FROM points_account WHERE is_default) AND spendable >= price;
    IF reward.status <> 'active' OR moment < reward.starts_at OR moment >= reward.ends_at
            OR NOT EXISTS (SELECT FROM lists_listmember m JOIN lists_customerlist l ON l.id = m.customer_list_id
                WHERE m.customer_id = member.id AND l.status = 'active' AND reward.audience -> 'any' @> jsonb_build_array(jsonb_build_object('list', l.slug)))
            OR (SELECT coalesce(sum(count), 0) FROM claims_claim c
                WHERE c.customer_id = member.id AND c.reward_id = reward.id AND c.revoked_by IS NULL) >= reward.max_claims THEN
        RAISE EXCEPTION 'The reward cannot be claimed';
    END IF;
    INSERT INTO events_event (customer_id, id, action, points, account_id, data, transaction_id, parent_id, source,
            source_detail, staff_id, api_key_id, ip_address, user_agent, occurred_at, recorded_at, program_version)
        VALUES (member.id, nextval('events_event_id'), 'reward', -price, account, jsonb_build_object('reward', reward.slug,
            'currency', member.currency), NULL, NULL, 'api', '', NULL, from_key, address, agent, moment, moment,
            (SELECT version FROM staff_programversion))
        RETURNING id INTO claim;
    left_over := price;
    FOR lot IN SELECT * FROM points_lot WHERE customer_id = member.id AND account_id = account AND remaining > 0
            ORDER BY expires_at, earned_at, id LOOP
        piece := least(lot.remaining, left_over);
        UPDATE points_lot SET remaining = remaining - piece WHERE customer_id = member.id AND id = lot.id;
        INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
            VALUES (member.id, claim, account, 'spend', -piece, lot.id, moment);
        left_over := left_over - piece;
        EXIT WHEN left_over = 0;
    END LOOP;
    UPDATE points_balance SET spent = spent + price WHERE customer_id = member.id AND account_id = account;
    UPDATE customers_customer SET last_spend_date = greatest(last_spend_date, moment) WHERE id = member.id;
    INSERT INTO claims_claim (event_id, customer_id, reward_id, count, spent, account_id, currency, forced, coupons,
            claimed_at, revoked_at, revoked_by)
        VALUES (claim, member.id, reward.id, 1, price, account, member.currency, false, '{}', moment, NULL, NULL);
    INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)
        SELECT member.id, claim, 'reward', moment WHERE EXISTS (SELECT FROM sync_subscriber);
    -- The answer, for who sends the same again; it stands for a summary of about this size.
    INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, customer_id, expires_at)
        VALUES (from_key, sha256(receipt::bytea), sha256((receipt || named)::bytea), 200,
            convert_to(rpad(jsonb_build_object('spent', price, 'id', claim)::text, 100), 'UTF8'), member.id,
            moment + interval '7 days');
    -- Last, as whoever wants the same reward waits from then on.
    UPDATE claims_taken SET taken = taken + 1 WHERE reward_id = reward.id AND taken < reward.stock;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Nothing of the reward is left';
    END IF;
    RETURN claim;
END $$;
