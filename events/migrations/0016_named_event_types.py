from typing import Any

from django.db import migrations, models

TIME = "effective_timestamp"
COUPON = ["coupon", "code"]
CLUB = ["club"]
TIER = ["structure", "tier"]
LIST = ["customer_list"]
# Each is an action, its name and its attributes.
TYPES = [
    ("review_submit", "Review submit", ["item", "review", "review_id", "provider", "rating", TIME]),
    ("share_intent_success", "Social share", ["network", "url", TIME]),
    ("fitbit_activity", "Fitbit activity", [TIME]),
    ("instagram_contest_enter", "Instagram contest enter", ["contest", TIME]),
    ("booking", "Booking", [TIME]),
    ("daily_purchase", "Daily purchase", [TIME]),
    ("coupon_redeem", "Coupon redeem", ["code", "amount", "transaction_id"]),
    ("coupon_unredeem", "Coupon unredeem", ["code", "amount", "transaction_id"]),
    ("challenge_reset", "Challenge reset", ["challenge"]),
    ("reward", "Reward", ["reward", "coupon"]),
    ("coupon", "Coupon", COUPON),
    ("coupon_assign", "Coupon assign", COUPON),
    ("coupon_change", "Coupon change", ["code", "before", "after"]),
    ("coupon_receive", "Coupon receive", ["code", "original"]),
    ("activity", "Challenge completed", ["activity"]),
    ("activity_approved", "Challenge approved", ["activity"]),
    ("activity_denied", "Challenge denied", ["activity"]),
    ("campaign_bonus", "Campaign bonus", ["points", "reason"]),
    ("pending_campaign_bonus", "Pending campaign bonus", ["points", "reason"]),
    ("referral_bonus", "Referral bonus", ["points"]),
    ("currency_conversion", "Currency conversion", ["points"]),
    ("profiling_flow", "Profiling flow", ["flow"]),
    ("tier_up", "Tier up", TIER),
    ("tier_down", "Tier down", TIER),
    ("tier_change", "Tier change", TIER),
    ("promotion_enter", "Promotion enter", ["promotion"]),
    ("customer_list_add", "Customer list - add", LIST),
    ("customer_list_remove", "Customer list - remove", LIST),
    ("club_create", "Club create", CLUB),
    ("club_member_join", "Club member join", CLUB),
    ("club_member_remove", "Club member remove", CLUB),
    ("club_member_ban", "Club member ban", CLUB),
    ("club_member_unban", "Club member unban", CLUB),
    ("club_applicant_accept", "Club applicant accept", CLUB),
    ("club_applicant_ban", "Club applicant ban", CLUB),
    ("club_applicant_refuse", "Club applicant refuse", CLUB),
    ("club_assign_ownership", "Club ownership assign", CLUB),
    ("club_revoke_ownership", "Club ownership revoke", CLUB),
    ("club_disband", "Club disband", CLUB),
    ("club_point_add", "Club point add", [*CLUB, "points"]),
    ("club_point_remove", "Club point remove", [*CLUB, "points"]),
    ("club_point_donation", "Club point donation", [*CLUB, "points"]),
    ("club_detail_change", "Club detail change", CLUB),
]
PERSONAL = {"transaction_id", "reason", "code"}
RECORDED = {
    "review_submit", "share_intent_success", "fitbit_activity", "instagram_contest_enter", "booking", "daily_purchase",
}  # fmt: skip
BEHAVIOURAL = ["login", "daily_login", "review_submit", "share_intent_success", "instagram_contest_enter"]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    for action, name, attributes in TYPES:
        personal = [one for one in attributes if one in PERSONAL]
        # One that the brand has defined itself is built in from now on, with the brand's name, labels and points.
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory = True
        found.attributes = list(dict.fromkeys([*attributes, *found.attributes]))
        found.personal_attributes = list(dict.fromkeys([*personal, *found.personal_attributes]))
        if action not in RECORDED:
            # Nobody can send it, so it neither earns nor is counted.
            found.default_points, found.one_time, found.pending_days = 0, False, None
        found.save()
    EventType.objects.filter(action__in=BEHAVIOURAL).update(behavioural=True)


class Migration(migrations.Migration):
    dependencies = [("events", "0015_purchases")]

    operations = [
        migrations.AddField(
            model_name="eventtype",
            name="behavioural",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="May come unsigned, from a page or an app: it tells nothing personal and of no purchase.",
                verbose_name="behavioural",
            ),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="eventtype",
            constraint=models.CheckConstraint(
                condition=models.Q(behavioural=False)
                | models.Q(factory=False)
                | models.Q(action__in=sorted(BEHAVIOURAL)),
                name="what_is_personal_or_transactional_is_not_behavioural",
            ),
        ),
    ]
