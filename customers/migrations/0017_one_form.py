"""IDs, external IDs and unique e-mail addresses in the one form of today (`loyalty.identifiers.normal`).

Nobody is joined: where the form is another customer's, the old one stays, names its customer as before, and
`manage.py verify` lists the two.
"""

import sys
from unicodedata import decomposition

from django.db import migrations

WIDE = {
    chr(point): chr(int(found[1], 16))
    for point in range(sys.maxunicode + 1)
    if (found := decomposition(chr(point)).split(" "))[0] in ("<wide>", "<narrow>")
}
BLANKS = "".join(chr(point) for point in range(sys.maxunicode + 1) if chr(point).isspace())


def quoted(text: str) -> str:
    """As a literal of SQL that holds nothing but ASCII."""
    return "U&'" + "".join(f"\\+{ord(letter):06X}" for letter in text) + "'"


SQL = f"""
-- What `loyalty.identifiers.normal` makes of a text.
CREATE FUNCTION one_form(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN octet_length($1) = length($1) THEN btrim($1, {quoted("".join(filter(str.isascii, BLANKS)))})
        ELSE btrim(normalize(translate($1, {quoted("".join(WIDE))}, {quoted("".join(WIDE.values()))}), NFC), {quoted(BLANKS)})
    END
$$;

-- Of the identities in the same form, the first takes it, unless it is taken.
CREATE TEMPORARY TABLE renamed ON COMMIT DROP AS
    SELECT DISTINCT ON (scheme, form) scheme, value, form, coalesce(origin_id, customer_id) AS profile
    FROM (SELECT *, one_form(value) AS form FROM customers_identity WHERE value <> one_form(value)) odd
    WHERE form <> '' AND NOT EXISTS (
        SELECT FROM customers_identity taken WHERE taken.scheme = odd.scheme AND taken.value = odd.form
    )
    ORDER BY scheme, form, customer_id, value;
UPDATE customers_identity i SET value = form FROM renamed WHERE i.scheme = renamed.scheme AND i.value = renamed.value;
UPDATE customers_customer c SET public_id = form
    FROM renamed WHERE renamed.scheme = 'id' AND c.id = profile AND c.public_id = renamed.value;
UPDATE customers_customer c SET properties = jsonb_set(c.properties, ARRAY[scheme], to_jsonb(form))
    FROM renamed WHERE scheme NOT IN ('id', '@email') AND c.id = profile AND c.properties ->> scheme = renamed.value;
-- An address that is another's form names its customer as before; the others name nobody, or were renamed.
UPDATE customers_customer c SET email = one_form(email)
    WHERE email <> one_form(email) AND one_form(email) <> '' AND NOT EXISTS (
        SELECT FROM customers_identity i WHERE i.scheme = '@email' AND i.value = lower(c.email) AND i.value <> lower(one_form(c.email))
    );
UPDATE customers_customer SET referrer = one_form(referrer) WHERE referrer <> one_form(referrer);
"""

# Whoever was erased before under a decomposed form is known by the one form, too.
OLD = "FROM unnest(schemes, vals) AS asked (scheme, value) CROSS JOIN customers_erasurekey k"
NEW = (
    "FROM unnest(schemes, vals) AS asked (scheme, value) CROSS JOIN customers_erasurekey k"
    " CROSS JOIN LATERAL (SELECT asked.value UNION SELECT normalize(asked.value, NFD)) AS form (value)"
)
OLD_HASH, NEW_HASH = "asked.scheme || ':' || asked.value", "asked.scheme || ':' || form.value"


def changed(function: str, *pairs: tuple[str, str]) -> str:
    """The function with parts of it replaced: read from the database, so that no other part of it is repeated here."""
    steps = "".join(
        f"""
    IF strpos(source, $part${old}$part$) = 0 THEN
        RAISE EXCEPTION '{function} is not as this migration knows it';
    END IF;
    source := replace(source, $part${old}$part$, $part${new}$part$);"""
        for old, new in pairs
    )
    return f"""
DO $do$
DECLARE source text := pg_get_functiondef('{function}'::regprocedure);
BEGIN{steps}
    EXECUTE source;
END $do$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0016_items_by_weight")]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION one_form(text)"),
        migrations.RunSQL(
            changed("buried(text[], text[])", (OLD, NEW), (OLD_HASH, NEW_HASH)),
            changed("buried(text[], text[])", (NEW, OLD), (NEW_HASH, OLD_HASH)),
        ),
    ]
