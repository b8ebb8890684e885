-- A plain double-entry ledger, as it is written where nothing else is to be known of points: accounts with versions,
-- transfers, entries with the balances before and after, and one function for each transfer.
CREATE TABLE IF NOT EXISTS ledger_account (
    id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
    may_be_negative boolean NOT NULL DEFAULT false, CHECK (may_be_negative OR balance >= 0)
);
CREATE TABLE IF NOT EXISTS ledger_transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_id bigint NOT NULL REFERENCES ledger_account, to_id bigint NOT NULL REFERENCES ledger_account,
    amount bigint NOT NULL CHECK (amount > 0), made_at timestamptz NOT NULL, about jsonb, CHECK (from_id <> to_id)
);
CREATE INDEX IF NOT EXISTS ledger_transfer_from ON ledger_transfer (from_id);
CREATE INDEX IF NOT EXISTS ledger_transfer_to ON ledger_transfer (to_id);
CREATE TABLE IF NOT EXISTS ledger_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES ledger_account, transfer_id bigint NOT NULL REFERENCES ledger_transfer,
    amount bigint NOT NULL, balance_before bigint NOT NULL, balance_after bigint NOT NULL, version bigint NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS ledger_entry_account ON ledger_entry (account_id, version);
CREATE INDEX IF NOT EXISTS ledger_entry_transfer ON ledger_entry (transfer_id);

CREATE OR REPLACE FUNCTION ledger_move(sender bigint, receiver bigint, points bigint, what jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    made bigint;
    one ledger_account;
    other ledger_account;
BEGIN
    -- In the order of their ids, so that two transfers never wait for each other.
    PERFORM FROM ledger_account WHERE id IN (sender, receiver) ORDER BY id FOR UPDATE;
    UPDATE ledger_account SET balance = balance - points, version = version + 1 WHERE id = sender RETURNING * INTO one;
    UPDATE ledger_account SET balance = balance + points, version = version + 1 WHERE id = receiver RETURNING * INTO other;
    INSERT INTO ledger_transfer (from_id, to_id, amount, made_at, about)
        VALUES (sender, receiver, points, moment, what) RETURNING id INTO made;
    INSERT INTO ledger_entry (account_id, transfer_id, amount, balance_before, balance_after, version, made_at) VALUES
        (sender, made, -points, one.balance + points, one.balance, one.version, moment),
        (receiver, made, points, other.balance - points, other.balance, other.version, moment);
    RETURN made;
END $$;
