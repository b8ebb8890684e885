"""The fields that a brand adds to its customers."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.database.saving import SavesOnlyChanges
from loyalty.refusals import Refused

from .enums import FieldFormat, FieldType
from .rules import BUILT_IN, MAX_ITEM, FieldRule, by_form, plain, read_value, reserved_names
from .spelling import twin_of

CHOICES = frozenset({FieldType.SELECT.value, FieldType.MULTIPLE_CHOICE.value})
MAX_OPTIONS = 500


class Field(SavesOnlyChanges):
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
        models.CharField(max_length=MAX_ITEM),
        verbose_name=_("options"),
        default=list,
        blank=True,
        help_text=_("What a select or a multiple choice offers."),
    )
    default = models.JSONField(
        _("default value"), null=True, blank=True, help_text=_("For new customers who come without a value.")
    )
    searchable = models.BooleanField(
        _("searchable"), default=False, help_text=_("Can be searched for through the API.")
    )
    external_id = models.BooleanField(
        _("external ID"), default=False, help_text=_("Its values name one customer each, as the ID does.")
    )
    read_only = models.BooleanField(_("read-only"), default=False, help_text=_("Set by the programme alone."))
    personal = models.BooleanField(
        _("personal"),
        default=True,
        help_text=_("Erased when the customer opts out. Switch off only for what says nothing about a person."),
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

    @property
    def rule(self) -> FieldRule:
        return FieldRule(
            id=self.slug,
            type=self.type,
            format=self.format,
            options=tuple(self.options),
            default=self.default,
            searchable=self.searchable,
            external_id=self.external_id,
            read_only=self.read_only,
        )

    def clean(self) -> None:
        """What goes together in a definition; the default becomes what a customer would hold."""
        wrong: dict[str, Any] = dict(self._wrong())
        if not wrong:
            try:
                self.default = plain(read_value(self.rule, self.default))
            except Refused as refusal:
                wrong["default"] = _("The default value %(predicate)s.") % {"predicate": refusal.predicate}
        if wrong:
            raise ValidationError(wrong)

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Nor may a new ID differ from another field's in its spelling alone: nobody could tell them apart in a file."""
        super().validate_unique(exclude)
        others = {*BUILT_IN, *Field.objects.values_list("slug", flat=True)} if self._state.adding else ()
        if twin := twin_of(self.slug, others):
            raise ValidationError({"slug": _("The field “%s” has this name already: use that one.") % twin})

    def _wrong(self) -> Iterator[tuple[str, Any]]:
        if self._state.adding and self.slug in reserved_names():
            yield "slug", _("This ID is reserved, it means something else: choose another.")
        if self.format and self.type != FieldType.STRING:
            yield "format", _("Only strings have a format: leave it empty.")
        if message := wrong_options(self.type, self.options):
            yield "options", message
        if self.external_id and self.type != FieldType.STRING:
            yield "external_id", _("Only a string can be an external ID.")
        elif self.external_id and self.default not in (None, ""):
            yield "default", _("An external ID names one customer: it cannot have a default value.")
        if self.external_id and self.read_only:
            yield "read_only", _("An external ID is set from outside: it cannot be read-only.")
        if self.external_id and not self.personal:
            yield "personal", _("An external ID names a person: it must be personal.")


def wrong_options(type: str, options: list[str]) -> Any:
    """What is wrong with the options of a definition of that type; None: nothing."""
    if type not in CHOICES:
        return _("Only a select and a multiple choice have options: leave them empty.") if options else None
    if not options:
        return _("Enter what can be chosen.")
    if len(options) > MAX_OPTIONS or len(by_form(tuple(options))) < len(options):
        return _("Enter at most 500 options, none of them twice.")
    if any(option != option.strip() for option in options):
        return _("No option may begin or end with a blank: remove it.")
    if type == FieldType.MULTIPLE_CHOICE and any("," in option for option in options):
        return _("A comma parts chosen options in imports: none may stand in an option.")
    return None
