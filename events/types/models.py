"""The actions that a brand knows, and their attributes."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.fields.enums import FieldType
from customers.fields.models import CHOICES, wrong_options
from customers.fields.rules import MAX_ITEM
from loyalty.database.saving import SavesOnlyChanges

from .enums import ANY_TYPE

TYPES_OF_ATTRIBUTES = [(ANY_TYPE, _("As it is sent")), *FieldType.choices]
# Of built-in actions, those whose rows in the register say so: the database's own list, which a migration makes longer.
BEHAVIOURAL = ["daily_login", "instagram_contest_enter", "login", "review_submit", "share_intent_success"]


class EventType(SavesOnlyChanges):
    """Definition of an action."""

    action = models.CharField(
        _("action"),
        max_length=64,
        primary_key=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use lower-case letters, digits and underscores."))],
    )
    name = models.CharField(_("name"), max_length=100)
    labels = models.JSONField(_("labels"), default=dict, blank=True, help_text=_('Per language: {"hu": "Vásárlás"}.'))
    description = models.TextField(_("description"), blank=True)
    only_known = models.BooleanField(
        _("these attributes only"),
        default=False,
        db_default=False,
        help_text=_("An event with another attribute is refused. Off: it is kept as it was sent."),
    )
    default_points = models.IntegerField(_("default points"), default=0)
    default_account = models.CharField(
        _("default account"),
        max_length=64,
        default="",
        db_default="",
        blank=True,
        help_text=_("What earns the default points where the event names none. Empty: the brand's default account."),
    )
    one_time = models.BooleanField(_("one time only"), default=False)
    exposed = models.BooleanField(_("exposed in the Display API"), default=True)
    behavioural = models.BooleanField(
        _("behavioural"),
        default=False,
        db_default=False,
        help_text=_("May be sent unsigned, from a page or an app: it says nothing personal and is no purchase."),
    )
    pending_days = models.PositiveSmallIntegerField(
        _("days pending"),
        null=True,
        blank=True,
        help_text=_("How many days its points stay pending. Empty: they can be spent at once."),
    )
    factory = models.BooleanField(_("built in"), default=False, editable=False)

    class Meta:
        verbose_name = _("event type")
        verbose_name_plural = _("event types")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(default_points__gte=0), name="default_points_are_not_negative"),
            models.CheckConstraint(
                condition=models.Q(behavioural=False) | models.Q(factory=False) | models.Q(action__in=BEHAVIOURAL),
                name="what_is_personal_or_transactional_is_not_behavioural",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(self.labels.get(get_language() or "en") or self.name)


class EventAttribute(SavesOnlyChanges):
    """An attribute of an event type: how its values are read, where the action is the brand's own."""

    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="attributes")
    slug = models.CharField(_("ID"), max_length=64, help_text=_("As it is sent."))
    label = models.CharField(_("label"), max_length=100, blank=True, default="")
    type = models.CharField(_("type"), max_length=15, choices=TYPES_OF_ATTRIBUTES, default=FieldType.STRING)
    options = ArrayField(
        models.CharField(max_length=MAX_ITEM), verbose_name=_("options"), default=list, blank=True,
        help_text=_("What a select or a multiple choice offers."),
    )  # fmt: skip
    required = models.BooleanField(_("required"), default=False)
    personal = models.BooleanField(_("personal"), default=False, help_text=_("Personal: the action must be signed."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event_type", "slug"], name="one_attribute_of_an_id"),
            models.CheckConstraint(
                condition=models.Q(type__in=[name for name, _ in TYPES_OF_ATTRIBUTES]),
                name="attribute_type_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=sorted(CHOICES)) ^ models.Q(options=[]),
                name="attribute_options_are_of_a_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.slug.replace("_", " ").capitalize()

    @property
    def definition(self) -> dict[str, Any]:
        """As the program file has it."""
        names = ("label", "type", "options", "required", "personal")
        return {"id": self.slug, **{name: getattr(self, name) for name in names}}

    def clean(self) -> None:
        if message := wrong_options(self.type, self.options):
            raise ValidationError({"options": message})
