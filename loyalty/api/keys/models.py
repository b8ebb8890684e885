"""The keys of integrators, and their secrets."""

import secrets
from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.database.saving import SavesOnlyChanges

from .enums import Api, KeyKind
from .validators import check_name, check_network, check_origin


def new_key() -> str:
    return secrets.token_hex(10)


def new_secret() -> str:
    """256 bits of chance."""
    return secrets.token_urlsafe(32)


def all_apis() -> list[str]:
    return [api.value for api in Api]


class ApiKey(SavesOnlyChanges):
    """An integrator's credentials: the key names it, its secrets sign its requests, the rest says what it may do."""

    key = models.CharField(_("key"), max_length=64, unique=True, default=new_key)
    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    kind = models.CharField(_("kind"), max_length=20, choices=KeyKind, default=KeyKind.SERVER)
    apis = ArrayField(models.CharField(max_length=20, choices=Api), verbose_name=_("APIs"), default=all_apis)
    actions = ArrayField(
        models.CharField(max_length=64, validators=[check_name]),
        verbose_name=_("actions"),
        default=list,
        blank=True,
        help_text=_("The actions it may record, one per line. Empty: all; a client-side key needs its own."),
    )
    external_ids = ArrayField(
        models.CharField(max_length=64, validators=[check_name]),
        verbose_name=_("external IDs"),
        default=list,
        blank=True,
        help_text=_(
            "By which fields it may name customers, one per line; the customer ID is id. Empty: all; for a client-side"
            " key the customer ID."
        ),
    )
    may_fix_points = models.BooleanField(
        _("may fix points"),
        default=False,
        db_default=False,
        help_text=_("Its orders may name the points that they earn (points_rewarded)."),
    )
    refuse_identical = models.BooleanField(
        _("refuse identical requests"),
        default=False,
        db_default=False,
        help_text=_(
            "Signed requests without an Idempotency-Key: the same bytes are refused even within two seconds of their date."
        ),
    )
    networks = ArrayField(
        models.CharField(max_length=43, validators=[check_network]),
        verbose_name=_("networks"),
        default=list,
        blank=True,
        help_text=_(
            "From where it may be used: addresses or networks such as 203.0.113.0/24, one per line. Empty: any."
        ),
    )
    origins = ArrayField(
        models.CharField(max_length=255, validators=[check_origin]),
        verbose_name=_("origins"),
        default=list,
        blank=True,
        help_text=_(
            "Of a client-side key: the web sites that may use it, such as https://shop.example.com, one per line."
        ),
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"), null=True, blank=True, default=20_000, help_text=_("Empty: no limit.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        app_label = "staff"
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=KeyKind.values), name="api_key_kind_is_known"),
            models.CheckConstraint(condition=~models.Q(requests_per_minute=0), name="api_key_limit_is_positive"),
            # What is in a web page is in everybody's hands.
            models.CheckConstraint(
                condition=~models.Q(kind=KeyKind.CLIENT_SIDE)
                | models.Q(~models.Q(actions=[]), ~models.Q(origins=[]), apis=[Api.EVENTS], may_fix_points=False),
                name="client_side_key_is_narrow",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        problems = dict(self._problems_of_the_kind())
        if problems:
            raise ValidationError(problems)

    def _problems_of_the_kind(self) -> Iterator[tuple[str, str]]:
        if self.kind != KeyKind.CLIENT_SIDE:
            if self.origins:
                yield "origins", gettext("Only a client-side key has origins: leave them out.")
            return
        if self.apis != [Api.EVENTS]:
            yield "apis", gettext("A client-side key is for Events alone: choose no other.")
        if not self.actions:
            yield "actions", gettext("Name the actions that pages may send, such as content_consumption.")
        if not self.origins:
            yield "origins", gettext("Name the web sites that may use the key, such as https://shop.example.com.")
        if self.may_fix_points:
            yield "may_fix_points", gettext("What is in a web page cannot be trusted with points: leave it out.")


class ApiSecret(models.Model):
    """A live secret of a key, kept encrypted; two of them while the key changes from one to the next."""

    PLACES = (1, 2)

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="secrets")
    place = models.PositiveSmallIntegerField(_("place"))
    sealed = models.BinaryField()
    created_at = models.DateTimeField(_("created at"))
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        app_label = "staff"
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")
        constraints = [
            models.UniqueConstraint(fields=("api_key", "place"), name="one_secret_for_a_place"),
            models.CheckConstraint(condition=models.Q(place__in=(1, 2)), name="two_secrets_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.place}"
