"""What structures count, how long, and why levels change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# The name of its module.
TIERS_MODULE = "tiers"
# The facts that rules ask of levels, by the names under which rules are stored.
IN_TIER, TIER_SINCE, TIER_EXPIRES = TIER_FACTS = ("tiers.level", "tiers.since", "tiers.expires")


class StructureStatus(TextChoices):
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")


class StructureType(TextChoices):
    POINT_BASED = "point_based", _("Points that are earned")
    SPEND_BASED = "spend_based", _("Purchases")
    INVITATION_ONLY = "invitation_only", _("By invitation only")


class Expiration(TextChoices):
    """Which days of status points are added up."""

    NONE = "none", _("All points count for ever")
    ROLLING = "rolling", _("The last months")
    CALENDAR = "calendar", _("From a date of the year")
    ANNIVERSARY = "anniversary", _("From the anniversary of the opt-in")


class Method(TextChoices):
    """What becomes of a level that expires."""

    KEEP_HIGHEST = "keep_highest", _("The highest level that the points reach")
    ONE_DOWN = "one_down", _("One level down at most")
    RESET = "reset", _("The lowest level")
    NEVER = "never", _("Levels never expire")


class Validity(TextChoices):
    """Until when a level is valid, where that is not simply as long as the points hold it."""

    PERIOD = "period", _("Until the end of the period")
    NEXT_PERIOD = "next_period", _("Until the end of the next period")
    MONTHS = "months", _("For some months")


class Reason(TextChoices):
    """Why a level changed."""

    POINTS = "points", _("Points")
    REFUND = "refund", _("Refund")
    EXPIRY = "expiry", _("Expiry")
    MANUAL = "manual", _("By hand")
    WORKFLOW = "workflow", _("Workflow")
    STRUCTURE = "structure", _("Change of the structure")
    MERGE = "merge", _("Merge")


class Way(TextChoices):
    """How a change of a structure takes hold of those who are there."""

    RISE = "rise", _("Rise now, fall when the level expires")
    EVERYONE = "everyone", _("Compute everybody now")
    NEW = "new", _("Leave everybody as they are")


class WorkStatus(TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
