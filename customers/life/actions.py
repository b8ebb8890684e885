"""The life of a member: suspended and back, logged in, celebrated."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import EFFECTIVE, ENROLLED, NOBODY, REASON, Action, Attribute, Kind

# `loyalty.intake.sources.Source.TIMER`, which lies above.
BY_TIMER = frozenset({"timer"})
OF_THE_TIMER = "It comes by itself on its day and cannot be sent."
_REASON = replace(REASON, kept=False)

ACTIONS = (
    Action(
        "suspend",
        _("Suspend"),
        (_REASON, EFFECTIVE),
        "user-x",
        "An active customer goes on earning points, but may not spend any.",
        by_hand=NOBODY,
    ),
    Action(
        "unsuspend",
        _("Unsuspend"),
        (_REASON, EFFECTIVE),
        "user-round-check",
        "A suspended customer is active again.",
        by_hand=NOBODY,
    ),
    Action(
        "login",
        _("Login"),
        (EFFECTIVE,),
        "log-in",
        "You have let the customer in; the first login of a day is a `daily_login`, too.",
        behavioural=True,
        by_hand=ENROLLED,
    ),
    Action(
        "daily_login",
        _("Daily login"),
        (EFFECTIVE,),
        "calendar-check",
        "The first login of a day, where you count them yourself: once a day.",
        earns=True,
        behavioural=True,
        by_hand=ENROLLED,
    ),
    Action("birthday", _("Birthday"), (), "cake", earns=True, closed=OF_THE_TIMER, sources=BY_TIMER),
    Action(
        "anniversary",
        _("Anniversary"),
        (Attribute("years", Kind.ANY),),
        "party-popper",
        earns=True,
        closed=OF_THE_TIMER,
        sources=BY_TIMER,
    ),
)
