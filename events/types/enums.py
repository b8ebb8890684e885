# Built-in actions without a rule of their own: recorded, once if their type says so.
RECORDED = frozenset(
    {"review_submit", "share_intent_success", "fitbit_activity", "instagram_contest_enter", "booking", "daily_purchase"}
)
# Built-in actions that are limited to one time if their type says so; of answers, one time a question.
ONCE_BY_TYPE = RECORDED | {"profiling_answer"}
# Built-in actions that earn what their event type says, as the brand's own do.
EARNING_BY_TYPE = RECORDED | {
    "daily_login",
    "birthday",
    "anniversary",
    "profiling_answer",
    "referral",
    "referral_points",
}
# Built-in actions that tell nothing personal, of no purchase and of no points: they may come unsigned.
MAY_BE_BEHAVIOURAL = frozenset(
    {"login", "daily_login", "review_submit", "share_intent_success", "instagram_contest_enter"}
)
# The type of an attribute whose values are what they are; the others are those of customers' fields.
ANY_TYPE = "any"
