from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .enums import FieldFormat, FieldType


class Field(models.Model):
    """Definition of a custom field: its values are in `Customer.properties` under its ID, checked by it wherever they come from."""

    slug = models.CharField(
        _("ID"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use lower-case letters, digits and underscores."))],
        help_text=_("Names the field in the API, in imports and in exports; it cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=100)
    labels = models.JSONField(_("labels"), default=dict, blank=True, help_text=_('Per language: {"hu": "Cipőméret"}.'))
    description = models.TextField(_("description"), blank=True)
    type = models.CharField(_("type"), max_length=15, choices=FieldType, default=FieldType.STRING)
    format = models.CharField(
        _("format"), max_length=5, choices=FieldFormat, blank=True, default="", help_text=_("Of a string.")
    )
    options = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("options"),
        default=list,
        blank=True,
        help_text=_("What a select or a multiple choice offers."),
    )
    default = models.JSONField(
        _("default value"), null=True, blank=True, help_text=_("Of new customers, unless they bring a value.")
    )
    searchable = models.BooleanField(_("searchable"), default=False, help_text=_("May be asked for by the API."))
    external_id = models.BooleanField(
        _("external ID"), default=False, help_text=_("Its values name one customer each, as the ID does.")
    )
    read_only = models.BooleanField(_("read-only"), default=False, help_text=_("Set by the programme alone."))
    personal = models.BooleanField(
        _("personal"),
        default=True,
        help_text=_("Erased when the customer opts out. Off only for what tells nothing about a person."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True, help_text=_("Off: kept, but shown and taken nowhere."))
    factory = models.BooleanField(_("built in"), default=False, editable=False)

    class Meta:
        verbose_name = _("customer field")
        verbose_name_plural = _("customer fields")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(type__in=FieldType.values), name="field_type_is_known"),
            models.CheckConstraint(
                condition=Q(format="") | Q(format__in=FieldFormat.values, type=FieldType.STRING),
                name="field_format_is_of_a_string",
            ),
            models.CheckConstraint(
                condition=Q(external_id=False) | Q(type=FieldType.STRING, read_only=False, personal=True),
                name="field_external_id_is_a_personal_string",
            ),
            models.CheckConstraint(
                condition=Q(type__in=[FieldType.SELECT, FieldType.MULTIPLE_CHOICE]) ^ Q(options=[]),
                name="field_options_are_of_a_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(self.labels.get(get_language() or "en") or self.name)
