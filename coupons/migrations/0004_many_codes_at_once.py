"""As many codes as a batch wants: of 500 customers who claimed together a pool without end gave codes to 100 only.

`take_coupons` counted each code that it made as a try, and ended after 100 of them. What ends it now is a row of 100 draws
that have all hit codes which the pool has: then hardly one of the pattern is left.
"""

from django.db import migrations

# FOUND: what a new code does to the count of tries.
TAKE = r"""
CREATE OR REPLACE FUNCTION take_coupons(slugs text[]) RETURNS SETOF coupons_coupon
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE wanted record; one coupons_coupon; taken bigint[]; tries integer;
BEGIN
    FOR wanted IN
        SELECT p.*, count(*) AS number FROM unnest(slugs) AS slug JOIN coupons_pool p USING (slug)
        WHERE p.source IN ('uploaded', 'remote') OR p.pattern ~ '[#@^*$]' GROUP BY p.id ORDER BY p.id
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
                FOUND
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
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0003_remote_pools")]

    operations = [migrations.RunSQL(TAKE.replace("FOUND", "tries := 0;"), TAKE.replace("FOUND", ""))]
