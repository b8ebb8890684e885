"""Names that an event's attributes may have, by what becomes of them. Pure."""

# Built-in fields that hold a text, and its most characters.
TEXTS = {
    "first_name": 200,
    "last_name": 200,
    "nickname": 200,
    "handler": 200,
    "email": 254,
    "mobile_phone": 64,
    "gender": 20,
    "language": 20,
    "image_url": 1_000,
    "src": 100,
    "referrer": 128,
}
# Attributes that speak of the event, not of the customer.
ABOUT_THE_EVENT = frozenset({"effective_timestamp", "transaction_id", "reason", "points"})
# What means something of its own in an event, a file or the customer object, or is to: no event sets it, and no custom
# attribute may be called so.
READ_ONLY = frozenset(
    "id _id public_id customer customer_id status score spent reserved expired spendable pending point_balance debt level "
    "properties accounts account created_at updated_at optin_at optout_at last_login_at balance_at expiring_points "
    "purchase purchases purchase_total purchase_count purchase_item_count purchase_first_date purchase_last_date "
    "last_earn_date last_spend_date external_id external_ids source source_detail transaction action data guest "
    "staff_id api_key_id auto_subscribed labels tags groups group_id tiers campaigns challenges activities rewards coupons "
    "clubs referrals consents".split()
)
# Taken out of the event before it is written, and stored encrypted.
SECRETS = frozenset({"facebook_access_token"})
