import secrets
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# The blocks of HMAC-SHA256 (RFC 2104).
BLOCK, INNER, OUTER = 64, 0x36, 0x5C

SQL = """
-- Of whoever may write customers, besides their owner: the application's role.
CREATE FUNCTION let_application_execute(called regprocedure) RETURNS void LANGUAGE plpgsql AS $$
DECLARE role name;
BEGIN
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', called);
    FOR role IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE to_regclass(format('%I.%I', table_schema, table_name)) = 'customers_customer'::regclass
            AND privilege_type = 'INSERT' AND grantee <> current_user
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', called, role);
    END LOOP;
END $$;

-- The key of all pseudonyms, as the two blocks that its hash begins with. Only the functions below read it.
CREATE TABLE customers_erasurekey (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1), inner_block bytea NOT NULL, outer_block bytea NOT NULL
);
DO $$
DECLARE role name;
BEGIN
    FOR role IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_name = 'customers_erasurekey' AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE ALL ON customers_erasurekey FROM %I', role);
    END LOOP;
END $$;

-- HMAC-SHA256 of "scheme:value", in hexadecimal digits.
CREATE FUNCTION pseudonym(scheme text, value text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(outer_block || sha256(inner_block || convert_to(scheme || ':' || value, 'UTF8'))), 'hex')
    FROM customers_erasurekey
$$;
SELECT let_application_execute('pseudonym(text, text)');

-- Of these identities, those that were erased. VOLATILE: it sees what was committed until it is called, so an insert that
-- had to wait for an erasure can ask afterwards.
CREATE FUNCTION buried(schemes text[], vals text[]) RETURNS TABLE (scheme text, value text, banned boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT asked.scheme, asked.value, t.banned
    FROM unnest(schemes, vals) AS asked (scheme, value) CROSS JOIN customers_erasurekey k
    JOIN customers_tombstone t ON t.pseudonym = encode(
        sha256(k.outer_block || sha256(k.inner_block || convert_to(asked.scheme || ':' || asked.value, 'UTF8'))), 'hex'
    )
$$;
SELECT let_application_execute('buried(text[], text[])');

-- The identities of the living that these pseudonyms stand for: after a backup from before their erasure was restored.
CREATE FUNCTION identities_behind(pseudonyms text[]) RETURNS TABLE (pseudonym text, customer_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found.pseudonym, found.customer_id FROM (
        SELECT i.customer_id, encode(
            sha256(k.outer_block || sha256(k.inner_block || convert_to(i.scheme || ':' || i.value, 'UTF8'))), 'hex'
        ) AS pseudonym
        FROM customers_identity i CROSS JOIN customers_erasurekey k
    ) found WHERE found.pseudonym = ANY(pseudonyms)
$$;
SELECT let_application_execute('identities_behind(text[])');

-- Whether the customer's data may be erased: opted out or banned, or merged into somebody who is.
CREATE FUNCTION is_erased(customer bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM customers_customer c LEFT JOIN customers_merge m ON m.source_id = c.id
        LEFT JOIN customers_customer s ON s.id = m.survivor_id
        WHERE c.id = customer AND coalesce(s.status, c.status) IN ('opted_out', 'banned')
    )
$$;

-- Those of the chosen who may be erased, and all that were merged into them.
CREATE FUNCTION erased_family(chosen bigint[]) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT id FROM customers_customer WHERE id = ANY(chosen) AND status IN ('opted_out', 'banned')
        UNION
        SELECT m.source_id FROM customers_merge m JOIN customers_customer s ON s.id = m.survivor_id
        WHERE s.id = ANY(chosen) AND s.status IN ('opted_out', 'banned')
    )
$$;

CREATE FUNCTION erase_customers(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    INSERT INTO customers_tombstone (pseudonym, customer_id, erased_at, banned)
        SELECT pseudonym(i.scheme, i.value), i.customer_id, coalesce(e.requested_at, now()), c.status = 'banned'
        FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id
        LEFT JOIN customers_erasure e ON e.customer_id = c.id
        WHERE i.customer_id = ANY(family)
        ON CONFLICT (pseudonym) DO UPDATE
        SET customer_id = excluded.customer_id, erased_at = excluded.erased_at, banned = excluded.banned;
    RETURN QUERY WITH gone AS (DELETE FROM customers_identity WHERE customer_id = ANY(family) RETURNING 1)
        SELECT 'customers_identity', count(*) FROM gone;
    RETURN QUERY WITH gone AS (DELETE FROM customers_note WHERE customer_id = ANY(family) RETURNING 1)
        SELECT 'customers_note', count(*) FROM gone;
    RETURN QUERY WITH gone AS (DELETE FROM customers_secret WHERE customer_id = ANY(family) RETURNING 1)
        SELECT 'customers_secret', count(*) FROM gone;
    RETURN QUERY WITH cut AS (
        UPDATE customers_merge SET merged_at = date_trunc('day', merged_at, 'UTC') WHERE source_id = ANY(family) RETURNING 1
    ) SELECT 'customers_merge', count(*) FROM cut;
    RETURN QUERY WITH emptied AS (
        UPDATE customers_customer SET public_id = gen_random_uuid()::text, properties = '{}',
            (first_name, last_name, nickname, handler, email, mobile_phone, birth_date, gender, language, country, currency,
                image_url, src, referrer, last_login_at)
                = ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            created_at = date_trunc('day', created_at, 'UTC'), updated_at = date_trunc('day', updated_at, 'UTC'),
            optin_at = date_trunc('day', optin_at, 'UTC'),
            purchase_first_date = date_trunc('day', purchase_first_date, 'UTC'),
            purchase_last_date = date_trunc('day', purchase_last_date, 'UTC'),
            last_earn_date = date_trunc('day', last_earn_date, 'UTC'),
            last_spend_date = date_trunc('day', last_spend_date, 'UTC')
        WHERE id = ANY(family) RETURNING 1
    ) SELECT 'customers_customer', count(*) FROM emptied;
END $$;
SELECT let_application_execute('erase_customers(bigint[])');

-- What is written about somebody waits for their erasure, and is then refused. FOR SHARE waits for the engine's lock.
CREATE FUNCTION refuse_for_the_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM customers_customer WHERE id = NEW.customer_id AND status NOT IN ('opted_out', 'banned', 'merged') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Customer % is gone: nothing more is written about them.', NEW.customer_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_of_the_living BEFORE INSERT OR UPDATE ON customers_note
    FOR EACH ROW EXECUTE FUNCTION refuse_for_the_gone();
"""
BACK = """
DROP TRIGGER only_of_the_living ON customers_note;
DROP FUNCTION refuse_for_the_gone();
DROP FUNCTION erase_customers(bigint[]);
DROP FUNCTION erased_family(bigint[]);
DROP FUNCTION is_erased(bigint);
DROP FUNCTION identities_behind(text[]);
DROP FUNCTION buried(text[], text[]);
DROP FUNCTION pseudonym(text, text);
DROP TABLE customers_erasurekey;
DROP FUNCTION let_application_execute(regprocedure);
"""


def create_key(apps: Any, schema_editor: Any) -> None:
    key = secrets.token_bytes(32).ljust(BLOCK, b"\0")
    blocks = [bytes(byte ^ pad for byte in key) for pad in (INNER, OUTER)]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_erasurekey (inner_block, outer_block) VALUES (%s, %s)", blocks)


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_claim_what_is_held")]

    operations = [
        migrations.AlterField(
            model_name="tombstone",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="tombstones",
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
        migrations.RunPython(create_key, migrations.RunPython.noop),
    ]
