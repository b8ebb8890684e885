from typing import Any

from django.db import migrations

from loyalty.staff.roles.grants import grant

_PERSONAL = {"code", "transaction_id", "reason", "original"}
# Each is an action, its name and its attributes.
TYPES = [
    ("coupon_assign", "Coupon assign", ["coupon", "code"]),
    ("coupon_unassign", "Coupon unassign", ["coupon", "code"]),
    (
        "coupon_redeem",
        "Coupon redeem",
        [
            "code",
            "amount",
            "transaction_id",
            "coupon",
            "store",
            "products",
            "purchase_total",
            "currency",
            "effective_timestamp",
        ],
    ),
    ("coupon_unredeem", "Coupon unredeem", ["code", "amount", "transaction_id", "coupon", "effective_timestamp"]),
    ("coupon_invalidate", "Coupon invalidate", ["coupon", "code", "reason"]),
    ("coupon_transfer", "Coupon transfer", ["coupon", "code"]),
    ("coupon_receive", "Coupon receive", ["coupon", "code", "original"]),
    ("coupon_change", "Coupon change", ["coupon", "code", "before", "after"]),
    ("coupon_expire", "Coupon expire", ["coupon", "code"]),
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
SELECT watch_program('coupons_pool');
SELECT keep_write_once('coupons_movement');
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON coupons_movement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON coupons_movement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE coupons_use ADD CONSTRAINT use_coupon_fk
    FOREIGN KEY (coupon_id) REFERENCES coupons_coupon (id) ON DELETE CASCADE;

-- One code of the pattern. The first eight digits of a random UUID come from the server's strong generator.
CREATE FUNCTION draw_code(pattern text) RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE found text := ''; letters text; sign text;
BEGIN
    FOREACH sign IN ARRAY string_to_array(pattern, NULL) LOOP
        letters := CASE sign
            WHEN '#' THEN '0123456789'
            WHEN '@' THEN 'abcdefghijklmnopqrstuvwxyz'
            WHEN '^' THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
            WHEN '$' THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
            WHEN '*' THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
        END;
        found := found || COALESCE(substr(letters,
            1 + (('x' || substr(gen_random_uuid()::text, 1, 8))::bit(32)::bigint % length(letters))::integer, 1), sign);
    END LOOP;
    RETURN found;
END $$;

-- Codes that nobody holds, locked: a pool is named once for each code that is wanted. Whoever else takes some at the same
-- time gets other ones; only where too few are left is waited for what others hold. Pools whose codes are made at each
-- claim get new ones, which stay for the next claim if this one is refused.
CREATE FUNCTION take_coupons(slugs text[]) RETURNS SETOF coupons_coupon
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE wanted record; one coupons_coupon; taken bigint[]; tries integer;
BEGIN
    FOR wanted IN
        SELECT p.*, count(*) AS number FROM unnest(slugs) AS slug JOIN coupons_pool p USING (slug)
        WHERE p.source = 'uploaded' OR p.pattern ~ '[#@^*$]' GROUP BY p.id ORDER BY p.id
    LOOP
        taken := '{}';
        FOR one IN
            SELECT * FROM coupons_coupon WHERE pool_id = wanted.id AND status = 'unassigned'
            ORDER BY id LIMIT wanted.number FOR UPDATE SKIP LOCKED
        LOOP
            taken := taken || one.id;
            RETURN NEXT one;
        END LOOP;
        tries := 0;
        WHILE wanted.source = 'generated' AND cardinality(taken) < wanted.number AND tries < 100 LOOP
            tries := tries + 1;
            FOR one IN
                INSERT INTO coupons_coupon (pool_id, code, value, purchase_minimum, minimum_value,
                    minimum_redemption_value, created_at)
                VALUES (wanted.id, draw_code(wanted.pattern), wanted.value, wanted.purchase_minimum, wanted.minimum_value,
                    wanted.minimum_redemption_value, now())
                ON CONFLICT DO NOTHING RETURNING *
            LOOP
                taken := taken || one.id;
                RETURN NEXT one;
            END LOOP;
        END LOOP;
        IF wanted.source <> 'generated' AND cardinality(taken) < wanted.number THEN
            RETURN QUERY SELECT * FROM coupons_coupon
                WHERE pool_id = wanted.id AND status = 'unassigned' AND id <> ALL (taken)
                ORDER BY id LIMIT wanted.number - cardinality(taken) FOR UPDATE;
        END IF;
    END LOOP;
END $$;

-- The person goes, the skeleton stays: a code may name whoever held it. What was worth something is worth nothing.
CREATE FUNCTION erase_coupons(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH emptied AS (
        UPDATE coupons_use u SET transaction_id = NULL, store = NULL FROM coupons_coupon c
        WHERE c.id = u.coupon_id AND c.customer_id = ANY(family) RETURNING 1
    ) SELECT 'coupons_use', count(*) FROM emptied;
    UPDATE coupons_coupon SET original_id = NULL WHERE original_id = ANY(family);
    RETURN QUERY WITH emptied AS (
        UPDATE coupons_coupon SET code = 'erased-' || id,
            status = CASE WHEN status IN ('claimed', 'partially_redeemed', 'expired') THEN 'invalid' ELSE status END,
            claimed_at = NULL, redeemed_at = NULL, expires_at = NULL, invalidated_at = NULL, written_off = NULL
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'coupons_coupon', count(*) FROM emptied;
END $$;
SELECT let_application_execute('erase_coupons(bigint[])');
"""
BACK = """
DROP FUNCTION erase_coupons(bigint[]);
DROP FUNCTION take_coupons(text[]);
DROP FUNCTION draw_code(text);
ALTER TABLE coupons_use DROP CONSTRAINT use_coupon_fk;
DROP TRIGGER write_once_truncate ON coupons_movement;
DROP TRIGGER write_once ON coupons_movement;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial"), ("events", "0003_event_types"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(SQL, BACK),
        grant("coupons.view", "manager", "service_agent", "analyst", "integrator", "read_only"),
        grant("coupons.redeem", "manager", "service_agent"),
        grant("coupons.change", "manager", "service_agent"),
        grant("coupons.configure", "manager"),
    ]
