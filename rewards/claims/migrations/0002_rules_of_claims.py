from typing import Any

from django.db import migrations

from loyalty.staff.roles.grants import grant

_PERSONAL = {"code", "codes", "reason"}
# Each is an action, its name and its attributes.
TYPES = [
    (
        "reward",
        "Reward",
        [
            "reward",
            "count",
            "points",
            "store",
            "forced",
            "coupon",
            "code",
            "codes",
            "currency",
            "bid",
            "effective_timestamp",
        ],
    ),
    ("reward_revoke", "Reward revoke", ["event", "reward", "reason"]),
    ("reward_bid", "Reward bid", ["reward", "amount"]),
    ("reward_bid_release", "Reward bid release", ["reward", "bid", "points", "reason"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    for action, name, attributes in TYPES:
        # One that the brand has defined itself is built in from now on, with the brand's name and labels.
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory, found.behavioural = True, False
        found.default_points, found.one_time, found.pending_days = 0, False, None
        found.save()
        EventAttribute.objects.filter(event_type=found, slug__in=attributes).delete()
        EventAttribute.objects.bulk_create(
            EventAttribute(event_type=found, slug=slug, type="any", personal=slug in _PERSONAL, position=position)
            for position, slug in enumerate(attributes)
        )


SQL = r"""
-- Whoever makes a reward, the row that counts what is taken of it is there. Without a stock nothing is counted, so that
-- nobody waits for anybody: a reward that gets one later counts the claims that stand, once those under way are through.
CREATE FUNCTION count_taken() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO claims_taken (reward_id, taken) VALUES (NEW.id, 0);
    ELSIF OLD.stock IS NULL AND NEW.stock IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('claims: stock'), NEW.id::integer);
        UPDATE claims_taken SET taken = (
            SELECT coalesce(sum(count), 0) FROM claims_claim WHERE reward_id = NEW.id AND revoked_by IS NULL
        ) WHERE reward_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_taken AFTER INSERT OR UPDATE OF stock ON rewards_reward FOR EACH ROW EXECUTE FUNCTION count_taken();
INSERT INTO claims_taken (reward_id, taken) SELECT id, 0 FROM rewards_reward;

-- What is taken of rewards, for somebody who would claim them otherwise, or gives them back: locked until the end of the
-- transaction where that changes it. One of which nothing is left keeps nobody waiting. One that is locked for everybody
-- after a claim, and that somebody is claiming at this moment, is not told of.
CREATE FUNCTION take_rewards(rewards bigint[], claiming boolean)
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
        RETURN QUERY SELECT t.reward_id, t.taken, t.locked_until, stock FROM claims_taken t WHERE t.reward_id = one;
    END LOOP;
END $$;

-- One reward's bids, one after the other.
CREATE FUNCTION lock_bidding(rewards bigint[]) RETURNS SETOF bigint
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    SELECT reward_id FROM claims_taken WHERE reward_id = ANY(rewards) ORDER BY reward_id FOR NO KEY UPDATE
$$;
"""
BACK = """
DROP FUNCTION lock_bidding(bigint[]);
DROP FUNCTION take_rewards(bigint[], boolean);
DROP TRIGGER count_taken ON rewards_reward;
DROP FUNCTION count_taken();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_initial"),
        ("rewards", "0002_rules_of_rewards"),
        ("events", "0003_event_types"),
        ("staff", "0003_rules_of_the_trail"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(SQL, BACK),
        grant("rewards.claim", "manager", "service_agent"),
        grant("rewards.force", "manager"),
    ]
