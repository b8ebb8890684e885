"""Leaving the programme."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import NOBODY, REASON, Action

LEAVING = (
    Action(
        "opt_out",
        _("Opt out"),
        (REASON,),
        description="The customer leaves: personal data is erased and points go.",
        by_hand=NOBODY,
    ),
    # Its reason is one of a list.
    Action("ban", _("Forced opt-out"), (REASON,), by_hand=NOBODY, by_api=False),
)
