"""The brand's settings, and the versions of the programme."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.contributions import contributed
from loyalty.database.saving import SavesOnlyChanges
from loyalty.identifiers import REFUSED_NAMES
from loyalty.staff.models import User

from .enums import AutoSubscribe, Origin
from .modules import Module


def all_modules() -> list[str]:
    """Those of a new programme."""
    return [module.name for module in contributed(Module) if module.is_on_at_first]


def names_of_nobody() -> list[str]:
    return list(REFUSED_NAMES)


class GeneralSettings(SavesOnlyChanges):
    """The brand's settings: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    brand_name = models.CharField(_("brand name"), max_length=100, default="Loyalty")
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter an ISO 4217 code such as EUR."))],
        help_text=_("Of purchases that name none."),
    )
    auto_subscribe = models.CharField(
        _("unknown customers"), max_length=10, choices=AutoSubscribe, default=AutoSubscribe.CHECKOUT
    )
    # Rooms name them: those that there are do not belong into a migration.
    modules = ArrayField(models.CharField(max_length=30), verbose_name=_("modules"), default=all_modules, blank=True)
    accept_after_days = models.PositiveSmallIntegerField(
        _("accept orders after days"),
        null=True,
        blank=True,
        help_text=_(
            "With Checkout accept: after how many days an order is accepted automatically. Empty: by hand only."
        ),
    )
    earn_in_unknown_currencies = models.BooleanField(
        _("earn in unknown currencies"),
        default=False,
        db_default=False,
        help_text=_(
            "Purchases in other currencies than the one above earn by the account's general percentage, even where it has"
            " none for that currency. Off: they earn nothing, and the event says so."
        ),
    )
    show_inactive = models.BooleanField(
        _("inactive customers in the API's list"),
        default=False,
        db_default=False,
        help_text=_("Whether GET /customers finds customers who have not opted in. By their ID they are always found."),
    )

    unique_emails = models.BooleanField(
        _("unique email addresses"),
        default=False,
        db_default=False,
        help_text=_("No two customers may have the same address, in capitals or not."),
    )

    import_file_days = models.PositiveSmallIntegerField(
        _("keep import files for days"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
        help_text=_("How many days after the upload the file and the contents of its refused rows are deleted."),
    )
    import_record_days = models.PositiveSmallIntegerField(
        _("keep import records for days"),
        default=400,
        db_default=400,
        validators=[MinValueValidator(1)],
        help_text=_("How many days after the upload the record of who imported what is deleted."),
    )
    refused_names = ArrayField(
        models.CharField(max_length=128),
        verbose_name=_("refused names"),
        default=names_of_nobody,
        blank=True,
        help_text=_(
            "What programs send where they know nobody, one per line, in capitals or not. No new customer gets such an ID;"
            " who has one already keeps it."
        ),
    )

    class Meta:
        app_label = "staff"
        verbose_name = verbose_name_plural = _("general settings")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="general_settings_is_one_row")]

    def __str__(self) -> str:
        return self.brand_name


class ProgramVersion(models.Model):
    """Counts the changes of everything that the engine is configured by; triggers on those tables advance it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.IntegerField(default=1)
    # The database's number of the transaction that advanced it: what one transaction changes is one version.
    changed_in = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        app_label = "staff"
        verbose_name = _("programme version")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="program_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)


class ProgramRecord(models.Model):
    """A version of the programme as it was, with who made it: write-once. Every version that an event names is here."""

    version = models.IntegerField(_("version"), primary_key=True)
    document = models.JSONField(_("programme"))
    # What the engine's programme is built from beside its file: the time zone, internal ids.
    facts = models.JSONField(_("facts"))
    origin = models.CharField(_("came by"), max_length=10, choices=Origin)
    staff = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name=_("administrator")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        app_label = "staff"
        verbose_name = _("programme version")
        verbose_name_plural = _("programme")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=models.Q(origin__in=Origin.values), name="program_origin_is_known")
        ]

    def __str__(self) -> str:
        return str(self.version)
