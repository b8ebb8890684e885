"""What the database itself keeps of customers: merges without cycles, claimed values, erasure, and how its tables are kept."""

import secrets
import sys
from typing import Any
from unicodedata import decomposition

from django.db import migrations

MERGES = """
SELECT watch_program('customers_field');

-- The rows of both are read and compared under the locks of their customers: this stops mistakes. As the row is when the
-- transaction ends: a survivor that is merged in turn hands over those that were merged into it.
CREATE FUNCTION refuse_merge_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    alive bigint;
BEGIN
    SELECT survivor_id INTO alive FROM customers_merge WHERE source_id = NEW.source_id;
    IF EXISTS (SELECT 1 FROM customers_merge WHERE source_id = alive)
        OR EXISTS (SELECT 1 FROM customers_merge WHERE survivor_id = NEW.source_id)
    THEN
        RAISE EXCEPTION 'Customer % was merged away, or % is a survivor: name the profile that is alive.',
            alive, NEW.source_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER merge_has_no_cycle AFTER INSERT OR UPDATE ON customers_merge
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_merge_cycle();
"""

# Whichever way the setting or the definition is changed: pages, program file, or by hand. Whoever records an event locks
# its customer before reading the programme's version: the table's lock waits for those who have read the old one.
# What came from merged-away profiles is never claimed anew, so it stays where its field is only inactive.
CLAIMS = """
CREATE FUNCTION claim_held_emails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE customers_customer IN EXCLUSIVE MODE;
    DELETE FROM customers_identity WHERE scheme = '@email';
    IF NEW.unique_emails THEN
        INSERT INTO customers_identity (scheme, value, customer_id)
            SELECT '@email', lower(email), id FROM customers_customer
            WHERE email <> '' AND status NOT IN ('opted_out', 'banned', 'merged') ORDER BY 2;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_held_emails AFTER UPDATE OF unique_emails ON staff_generalsettings
    FOR EACH ROW WHEN (OLD.unique_emails <> NEW.unique_emails) EXECUTE FUNCTION claim_held_emails();
CREATE TRIGGER claim_held_emails_at_first AFTER INSERT ON staff_generalsettings
    FOR EACH ROW WHEN (NEW.unique_emails) EXECUTE FUNCTION claim_held_emails();

CREATE FUNCTION claim_held_values() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A new definition of no external ID has nothing to take back.
    IF TG_OP = 'INSERT' AND NOT (NEW.external_id AND NEW.active) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.external_id AND OLD.active) = (NEW.external_id AND NEW.active) THEN
        RETURN NULL;
    END IF;
    LOCK TABLE customers_customer IN EXCLUSIVE MODE;
    DELETE FROM customers_identity WHERE scheme = NEW.slug AND origin_id IS NULL;
    IF NEW.external_id AND NEW.active THEN
        INSERT INTO customers_identity (scheme, value, customer_id)
            SELECT NEW.slug, c.properties ->> NEW.slug, c.id FROM customers_customer c
            WHERE c.properties ->> NEW.slug <> '' AND c.status NOT IN ('opted_out', 'banned', 'merged') AND NOT EXISTS (
                SELECT 1 FROM customers_identity i
                WHERE i.scheme = NEW.slug AND i.value = c.properties ->> NEW.slug AND i.customer_id = c.id
            ) ORDER BY 2;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_held_values AFTER INSERT OR UPDATE ON customers_field
    FOR EACH ROW EXECUTE FUNCTION claim_held_values();
"""

WIDE = {
    chr(point): chr(int(found[1], 16))
    for point in range(sys.maxunicode + 1)
    if (found := decomposition(chr(point)).split(" "))[0] in ("<wide>", "<narrow>")
}
BLANKS = "".join(chr(point) for point in range(sys.maxunicode + 1) if chr(point).isspace())


def quoted(text: str) -> str:
    """As a literal of SQL that holds nothing but ASCII."""
    return "U&'" + "".join(f"\\+{ord(letter):06X}" for letter in text) + "'"


ONE_FORM = f"""
-- What `loyalty.identifiers.normal` makes of a text.
CREATE FUNCTION one_form(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN octet_length($1) = length($1) THEN btrim($1, {quoted("".join(filter(str.isascii, BLANKS)))})
        ELSE btrim(normalize(translate($1, {quoted("".join(WIDE))}, {quoted("".join(WIDE.values()))}), NFC), {quoted(BLANKS)})
    END
$$;
"""

# The blocks of HMAC-SHA256 (RFC 2104).
BLOCK, INNER, OUTER = 64, 0x36, 0x5C

PSEUDONYMS = """
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

-- Of these identities, those that were erased, whether in the one form or in its decomposed one. VOLATILE: it sees what
-- was committed until it is called, so an insert that had to wait for an erasure can ask afterwards. The planner, which
-- never gets figures of a table of one row, is told that there is one: it took the key for thousands of rows.
CREATE FUNCTION buried(schemes text[], vals text[]) RETURNS TABLE (scheme text, value text, banned boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT asked.scheme, asked.value, t.banned
    FROM unnest(schemes, vals) AS asked (scheme, value) CROSS JOIN (SELECT * FROM customers_erasurekey LIMIT 1) k
    CROSS JOIN LATERAL (SELECT asked.value UNION SELECT normalize(asked.value, NFD)) AS form (value)
    JOIN customers_tombstone t ON t.pseudonym = encode(
        sha256(k.outer_block || sha256(k.inner_block || convert_to(asked.scheme || ':' || form.value, 'UTF8'))), 'hex'
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
"""

ERASURE = """
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

-- By what others may name these people: their IDs, and those of the profiles merged into them; an external ID as
-- `field:value`, and by itself unless that is the ID of somebody else.
CREATE FUNCTION names_of(family bigint[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT i.scheme || ':' || i.value FROM customers_identity i WHERE i.customer_id = ANY(family)
        UNION SELECT i.value FROM customers_identity i WHERE i.customer_id = ANY(family) AND NOT EXISTS (
            SELECT FROM customers_identity o
            WHERE o.scheme = 'id' AND o.value = i.value AND o.customer_id <> ALL(family)
        )
    )
$$;

-- Whoever names these people is locked in their order, as the engine locks; who waits the other way round is sent back by
-- the database and tried again.
CREATE FUNCTION erase_customers(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    UPDATE customers_customer SET referrer = NULL WHERE id IN (
        SELECT id FROM customers_customer WHERE referrer = ANY(names_of(family)) ORDER BY id FOR UPDATE
    );
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

# Every purchase updates its customer in columns that no index holds: with room on the page, no index is touched.
# Countries, genders and statuses depend on each other. Without knowing that, the planner expects matches of a rare
# combination soon, and walks a whole index of the order in search of them. Nobody asks for `LIKE` of a whole ID.
KEEPING = """
ALTER TABLE customers_customer SET (
    fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);
CREATE STATISTICS customer_facets (mcv, dependencies) ON status, country, gender FROM customers_customer;
DROP INDEX IF EXISTS customers_customer_public_id_3fc024ec_like;
DROP INDEX IF EXISTS customers_tombstone_pseudonym_4b686261_like;
"""


def create_social_fields(apps: Any, schema_editor: Any) -> None:
    Field = apps.get_model("customers", "Field")
    Field.objects.bulk_create(
        [
            Field(slug="facebook_id", name="Facebook ID", type="string", factory=True),
            Field(slug="facebook_profile_link", name="Facebook profile", type="url", factory=True),
        ]
    )


def create_key(apps: Any, schema_editor: Any) -> None:
    key = secrets.token_bytes(32).ljust(BLOCK, b"\0")
    blocks = [bytes(byte ^ pad for byte in key) for pad in (INNER, OUTER)]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_erasurekey (inner_block, outer_block) VALUES (%s, %s)", blocks)


class Migration(migrations.Migration):
    replaces = [
        ("customers", "0004_room_for_updates"),
        ("customers", "0005_facet_statistics"),
        ("customers", "0007_rules_of_people"),
        ("customers", "0009_chains"),
        ("customers", "0011_claim_what_is_held"),
        ("customers", "0012_erasure"),
        ("customers", "0015_named_by_others"),
        ("customers", "0017_one_form"),
        ("customers", "0018_vocabularies"),
        ("customers", "0020_one_erasure_key"),
    ]
    dependencies = [("customers", "0001_tables"), ("staff", "0002_rules")]

    operations = [
        migrations.RunSQL(MERGES + CLAIMS),
        migrations.RunSQL(ONE_FORM),
        migrations.RunSQL(PSEUDONYMS + ERASURE),
        migrations.RunSQL(KEEPING),
        migrations.RunPython(create_social_fields),
        migrations.RunPython(create_key),
    ]
