"""The built-in event types, as they were before capabilities of their own defined some of them anew."""

from typing import Any

from django.db import migrations

PROFILE = """
*email *first_name *last_name *nickname *handler *birth_date *gender
*language *country *currency *mobile_phone *image_url *src *referrer
"""
CHECKOUT = """
*transaction_id total total_quantity currency points_burned discount shipping channel *transaction_date
effective_timestamp items points_rewarded auto_accept guest
"""
ITEM = """
*transaction_id product_id product_name product_url product_category sku price quantity discount subtotal
currency points_rewarded effective_timestamp line_id
"""
CHECKOUT_UPDATE = """
*transaction_id total total_quantity currency points_burned points_rewarded discount shipping channel
*transaction_date effective_timestamp items
"""
ITEM_UPDATE = """
*transaction_id product_id product_name product_url product_category sku price quantity discount subtotal
currency points_rewarded effective_timestamp line_id
"""
# Each is an action, its name and its attributes; a star: it tells something personal.
TYPES = [
    ("activity", "Challenge completed", "activity"),
    ("activity_approved", "Challenge approved", "activity"),
    ("activity_denied", "Challenge denied", "activity"),
    ("anniversary", "Anniversary", "years"),
    ("ban", "Forced opt-out", "*reason"),
    ("birthday", "Birthday", ""),
    ("booking", "Booking", "effective_timestamp"),
    ("campaign_bonus", "Campaign bonus", "points *reason"),
    ("challenge_reset", "Challenge reset", "challenge"),
    ("checkout", "Checkout", CHECKOUT),
    ("checkout_accept", "Checkout accept", "*transaction_id effective_timestamp"),
    (
        "checkout_accept_item",
        "Accept of a checkout item",
        "*transaction_id effective_timestamp product_id line_id quantity subtotal",
    ),
    ("checkout_claim", "Checkout claim", "*transaction_id effective_timestamp"),
    ("checkout_item", "Checkout item", ITEM),
    (
        "checkout_item_accept",
        "Checkout item accept",
        "*transaction_id effective_timestamp product_id product_name quantity subtotal line_id",
    ),
    ("checkout_reject", "Checkout reject", "*transaction_id *reason effective_timestamp"),
    ("checkout_update", "Checkout update", CHECKOUT_UPDATE),
    ("checkout_update_item", "Checkout item update", ITEM_UPDATE),
    ("club_applicant_accept", "Club applicant accept", "club"),
    ("club_applicant_ban", "Club applicant ban", "club"),
    ("club_applicant_refuse", "Club applicant refuse", "club"),
    ("club_assign_ownership", "Club ownership assign", "club"),
    ("club_create", "Club create", "club"),
    ("club_detail_change", "Club detail change", "club"),
    ("club_disband", "Club disband", "club"),
    ("club_member_ban", "Club member ban", "club"),
    ("club_member_join", "Club member join", "club"),
    ("club_member_remove", "Club member remove", "club"),
    ("club_member_unban", "Club member unban", "club"),
    ("club_point_add", "Club point add", "club points"),
    ("club_point_donation", "Club point donation", "club points"),
    ("club_point_remove", "Club point remove", "club points"),
    ("club_revoke_ownership", "Club ownership revoke", "club"),
    ("coupon", "Coupon", "coupon *code"),
    ("coupon_assign", "Coupon assign", "coupon *code"),
    ("coupon_change", "Coupon change", "*code before after"),
    ("coupon_receive", "Coupon receive", "*code original"),
    ("coupon_redeem", "Coupon redeem", "*code amount *transaction_id"),
    ("coupon_unredeem", "Coupon unredeem", "*code amount *transaction_id"),
    ("currency_conversion", "Currency conversion", "points"),
    ("customer_list_add", "Customer list - add", "customer_list"),
    ("customer_list_remove", "Customer list - remove", "customer_list"),
    ("customer_merge", "Merge", "kind *source *target"),
    ("daily_login", "Daily login", "effective_timestamp"),
    ("daily_purchase", "Daily purchase", "effective_timestamp"),
    ("fitbit_activity", "Fitbit activity", "effective_timestamp"),
    ("instagram_contest_enter", "Instagram contest enter", "contest effective_timestamp"),
    ("login", "Login", "effective_timestamp"),
    ("opt_in", "Opt in", PROFILE),
    ("opt_out", "Opt out", "*reason"),
    ("partial_refund", "Partial refund", "*transaction_id *reason effective_timestamp amount"),
    ("pending_accept", "Accept of pending points", "event *reason"),
    ("pending_campaign_bonus", "Pending campaign bonus", "points *reason"),
    ("pending_reject", "Reject of pending points", "event *reason"),
    ("point_add", "Point add", "points *reason effective_timestamp expdate"),
    ("point_burn", "Point burn", "points *transaction_id"),
    ("point_expiration", "Change of point expiration", "events expdate *reason"),
    ("point_expire", "Point expiry", "points"),
    ("point_fix", "Point fix", "points *reason effective_timestamp"),
    ("point_spend", "Point spend", "points *reason effective_timestamp"),
    ("point_sub", "Point sub", "points *reason effective_timestamp"),
    ("point_unburn", "Point unburn", "points *transaction_id"),
    ("point_unspend", "Point unspend", "points *reason effective_timestamp"),
    ("profile", "Profile update", PROFILE),
    ("profiling_answer", "Profiling answer", "question attribute *answer effective_timestamp"),
    ("profiling_flow", "Profiling flow", "flow"),
    ("promotion_enter", "Promotion enter", "promotion"),
    ("referral", "Referral", "*referred effective_timestamp"),
    ("referral_bonus", "Referral bonus", "points"),
    ("referral_points", "Referral points", "*referrer"),
    ("refund", "Refund", "*transaction_id *reason effective_timestamp"),
    ("refund_item", "Item refund", "*transaction_id *reason effective_timestamp product_id quantity subtotal line_id"),
    ("release_points", "Release points", "points *transaction_id *reason effective_timestamp"),
    ("reserve_points", "Reserve points", "points *transaction_id *reason effective_timestamp"),
    ("review_submit", "Review submit", "item review review_id provider rating effective_timestamp"),
    ("reward", "Reward", "reward coupon"),
    ("share_intent_success", "Social share", "network url effective_timestamp"),
    ("subscribe", "Subscribe", PROFILE),
    ("suspend", "Suspend", "*reason effective_timestamp"),
    ("tier_change", "Tier change", "structure tier"),
    ("tier_down", "Tier down", "structure tier"),
    ("tier_up", "Tier up", "structure tier"),
    ("unsuspend", "Unsuspend", "*reason effective_timestamp"),
]
BEHAVIOURAL = ["login", "daily_login", "review_submit", "share_intent_success", "instagram_contest_enter"]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    EventType.objects.bulk_create(
        EventType(action=action, name=name, factory=True, behavioural=action in BEHAVIOURAL)
        for action, name, _ in TYPES
    )
    # Of any type: whatever is sent stays as it is.
    EventAttribute.objects.bulk_create(
        EventAttribute(
            event_type_id=action,
            slug=named.removeprefix("*"),
            type="any",
            personal=named.startswith("*"),
            position=position,
        )
        for action, _, attributes in TYPES
        for position, named in enumerate(attributes.split(), 1)
    )


class Migration(migrations.Migration):
    replaces = [
        ("events", "0003_factory_event_types"),
        ("events", "0005_unspend_and_fix"),
        ("events", "0007_order_actions"),
        ("events", "0011_life_actions"),
        ("events", "0016_named_event_types"),
    ]
    dependencies = [("events", "0002_rules")]

    operations = [migrations.RunPython(create)]
