"""Pools whose codes another system gives at each claim: what has come of it is taken as uploaded codes are."""

from django.db import migrations, models

# SOURCES: of which pools codes are taken that are there, beside those of patterns with variables.
TAKE = r"""
CREATE OR REPLACE FUNCTION take_coupons(slugs text[]) RETURNS SETOF coupons_coupon
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE wanted record; one coupons_coupon; taken bigint[]; tries integer;
BEGIN
    FOR wanted IN
        SELECT p.*, count(*) AS number FROM unnest(slugs) AS slug JOIN coupons_pool p USING (slug)
        WHERE SOURCES OR p.pattern ~ '[#@^*$]' GROUP BY p.id ORDER BY p.id
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
"""


def taking(sources: str) -> str:
    return TAKE.replace("SOURCES", sources)


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0002_rules_of_coupons"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pool",
            name="pool_source_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="pool",
            name="pool_has_a_pattern",
        ),
        migrations.AddField(
            model_name="pool",
            name="remote_url",
            field=models.CharField(blank=True, db_default="", default="", max_length=500, verbose_name="address"),
        ),
        migrations.AlterField(
            model_name="pool",
            name="source",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("generated", "Generated at each claim"),
                    ("bulk_generation", "Generated beforehand"),
                    ("remote", "Requested from another system at each claim"),
                ],
                max_length=16,
                verbose_name="source",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["uploaded", "generated", "bulk_generation", "remote"])),
                name="pool_source_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source__in", ["bulk_generation", "generated"]), _negated=True),
                    models.Q(("pattern", ""), _negated=True),
                    _connector="OR",
                ),
                name="pool_has_a_pattern",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "remote"), models.Q(("remote_url", ""), _negated=True)),
                    models.Q(models.Q(("source", "remote"), _negated=True), ("remote_url", "")),
                    _connector="OR",
                ),
                name="pool_has_an_address",
            ),
        ),
        migrations.RunSQL(taking("p.source IN ('uploaded', 'remote')"), taking("p.source = 'uploaded'")),
    ]
