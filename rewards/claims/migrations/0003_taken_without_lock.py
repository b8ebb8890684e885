"""Nobody claims by a row of the stock that is not theirs: a claim that nothing had counted made `taken` negative later."""

from django.db import migrations

TAKE = r"""
-- What is taken of rewards, for somebody who would claim them otherwise, or changes it whatever else is in the way: locked
-- until the end of the transaction where that changes it. One of which nothing is left keeps nobody waiting; it is told of
-- without a lock, so it is told of as sold out, even if a claim was revoked just then. One that is locked for everybody after
-- a claim, and that somebody is claiming at this moment, is not told of.
CREATE OR REPLACE FUNCTION take_rewards(rewards bigint[], claiming boolean)
RETURNS TABLE (reward_id bigint, taken bigint, locked_until timestamptz, offered bigint)
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE one bigint; has_lock boolean; stock bigint;
BEGIN
    FOR one IN SELECT DISTINCT id FROM unnest(rewards) AS id ORDER BY id LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtext('claims: stock'), one::integer);
        SELECT r.lock = 'reward', r.stock INTO has_lock, stock FROM rewards_reward r WHERE r.id = one;
        IF has_lock AND claiming THEN
            RETURN QUERY SELECT t.reward_id, t.taken, t.locked_until, stock FROM claims_taken t
                WHERE t.reward_id = one FOR NO KEY UPDATE SKIP LOCKED;
            CONTINUE;
        END IF;
        IF stock IS NOT NULL THEN
            RETURN QUERY SELECT t.reward_id, t.taken, t.locked_until, stock FROM claims_taken t
                WHERE t.reward_id = one AND (t.taken < stock OR NOT claiming) FOR NO KEY UPDATE;
            CONTINUE WHEN FOUND;
        END IF;
        -- The greater of a number and of nothing is the number.
        RETURN QUERY SELECT t.reward_id, greatest(t.taken, stock), t.locked_until, stock FROM claims_taken t
            WHERE t.reward_id = one;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_rules_of_claims")]

    operations = [migrations.RunSQL(TAKE)]
