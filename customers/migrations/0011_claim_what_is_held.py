from django.db import migrations

# Whichever way the setting or the definition is changed: pages, program file, or by hand. Whoever records an event locks
# its customer before reading the programme's version: the table's lock waits for those who have read the old one.
# What came from merged-away profiles is never claimed anew, so it stays where its field is only inactive.
SQL = """
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
BACK = """
DROP TRIGGER claim_held_values ON customers_field;
DROP FUNCTION claim_held_values();
DROP TRIGGER claim_held_emails_at_first ON staff_generalsettings;
DROP TRIGGER claim_held_emails ON staff_generalsettings;
DROP FUNCTION claim_held_emails();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_claims"), ("staff", "0006_unique_emails")]

    operations = [migrations.RunSQL(SQL, BACK)]
