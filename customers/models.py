"""Who: customers, what names them, what is kept of them in secret, and who was merged into whom."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.database.folding import folded
from loyalty.database.trigrams import Trigrams
from loyalty.engine.status import Status
from loyalty.staff.sight import EVERYTHING, Sight

from .enums import MergeKind

# The tables of the inner rooms, for Django.
from .erasure.models import Erasure as Erasure
from .erasure.models import ErasureItem as ErasureItem
from .erasure.models import Tombstone as Tombstone
from .fields.models import Field as Field

# What is indexed later: few enough that whoever does it is not kept for long.
PENDING_KB = 256
# Of a phone number, however it is written.
DIGITS = "regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"


def _day_of_year(field: str, zone: str = "") -> models.Func:
    """month × 100 + day; an integer, since an index keeps each `numeric` apart."""
    extracted = "EXTRACT({} FROM %(expressions)s{})"
    template = f"(({extracted.format('MONTH', zone)} * 100 + {extracted.format('DAY', zone)})::int)"
    return models.Func(models.F(field), template=template, output_field=models.IntegerField())


class Customer(models.Model):
    """A member. `id` is the internal key, `public_id` the ID that the brand uses."""

    public_id = models.CharField(_("ID"), max_length=128, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.INACTIVE)
    first_name = models.CharField(_("first name"), max_length=200, null=True)
    last_name = models.CharField(_("last name"), max_length=200, null=True)
    nickname = models.CharField(_("nickname"), max_length=200, null=True)
    handler = models.CharField(_("handler"), max_length=200, null=True)
    email = models.CharField(_("email address"), max_length=254, null=True)
    mobile_phone = models.CharField(_("mobile phone"), max_length=64, null=True)
    birth_date = models.DateField(_("birthdate"), null=True)
    gender = models.CharField(_("gender"), max_length=20, null=True)
    language = models.CharField(_("language"), max_length=20, null=True)
    country = models.CharField(_("country"), max_length=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, null=True)
    image_url = models.CharField(_("picture"), max_length=1000, null=True)
    properties = models.JSONField(_("custom attributes"), default=dict)
    src = models.CharField(_("source"), max_length=100, null=True)
    referrer = models.CharField(_("referrer"), max_length=128, null=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    optin_at = models.DateTimeField(_("member since"), null=True)
    last_login_at = models.DateTimeField(_("last login"), null=True)
    purchase_total = models.DecimalField(_("purchase total"), max_digits=30, decimal_places=4, default=0)
    purchase_count = models.IntegerField(_("purchases"), default=0)
    purchase_item_count = models.DecimalField(_("purchased items"), max_digits=30, decimal_places=3, default=0)
    purchase_first_date = models.DateTimeField(_("first purchase"), null=True)
    purchase_last_date = models.DateTimeField(_("last purchase"), null=True)
    last_earn_date = models.DateTimeField(_("last earning"), null=True)
    last_spend_date = models.DateTimeField(_("last spending"), null=True)

    # Of a copy that is shown to somebody, what they see (`customers.sight.queries`).
    seen_by: Sight = EVERYTHING

    # Erased at opt-out. Every other field is in NEUTRAL; a test fails for a field in neither.
    PERSONAL = frozenset(
        "public_id first_name last_name nickname handler email mobile_phone birth_date gender language "
        "country currency image_url properties src referrer created_at updated_at optin_at last_login_at "
        "purchase_first_date purchase_last_date last_earn_date last_spend_date".split()
    )
    NEUTRAL = frozenset("id status purchase_total purchase_count purchase_item_count".split())

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="customer_status_is_known"),
            models.CheckConstraint(condition=~models.Q(public_id=""), name="customer_has_a_public_id"),
            models.CheckConstraint(
                condition=models.Q(purchase_total__gte=0, purchase_count__gte=0, purchase_item_count__gte=0),
                name="customer_purchases_are_not_negative",
            ),
        ]
        indexes = [
            # Search is by their beginnings: there is no pg_trgm everywhere.
            models.Index(folded("public_id"), name="customer_public_id_prefix"),
            models.Index(folded("first_name"), name="customer_first_name_prefix"),
            models.Index(folded("email"), "id", name="customer_by_email"),
            models.Index(folded("last_name"), "id", name="customer_by_last_name"),
            models.Index("last_login_at", "id", name="customer_by_login"),
            models.Index("status", "country", "gender", name="customer_by_facets"),
            # Whose number it is, and who may be the same person.
            models.Index(models.Func(models.F("mobile_phone"), template=DIGITS), "id", name="customer_by_digits"),
            models.Index("updated_at", "id", name="customer_by_update"),
            # The Read API's lists.
            models.Index("created_at", "id", name="customer_by_creation"),
            models.Index("status", "created_at", "id", name="customer_by_status"),
            # Who names somebody that is erased.
            models.Index(fields=["referrer"], condition=models.Q(referrer__isnull=False), name="customer_by_referrer"),
            # Who has a birthday or an anniversary. Of an instant in UTC, which the time zone of the
            # programme moves by a day at most: an index in that zone would have to be made again with the setting.
            # Without the id, each day is kept once.
            models.Index(_day_of_year("birth_date"), name="customer_by_birthday"),
            models.Index(_day_of_year("optin_at", " AT TIME ZONE 'UTC'"), name="customer_by_anniversary"),
            # Custom values are asked for as `properties @> {"field": value}`.
            GinIndex(OpClass("properties", "jsonb_path_ops"), name="customer_by_properties"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What staff call the customer; the public ID where no name is known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.nickname or self.public_id

    @property
    def initials(self) -> str:
        letters = (self.first_name or "")[:1] + (self.last_name or "")[:1]
        return (letters or self.public_id[:2]).upper()


class Identity(models.Model):
    """(scheme, value) → customer.

    Scheme `id` is the brand's own ID, `@email` a unique e-mail address, the others are external-ID fields.
    """

    pk = models.CompositePrimaryKey("scheme", "value")
    scheme = models.CharField(max_length=64)
    # As long as an e-mail address; IDs have at most 128.
    value = models.CharField(max_length=254)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, related_name="identities")
    # The merged-away profile whose identity it is; empty: the customer's own.
    origin_id = models.BigIntegerField(null=True)

    OWN_KEY = True
    PERSONAL = frozenset({"value"})
    NEUTRAL = frozenset({"scheme", "customer", "origin_id"})

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        indexes = [GinIndex(Trigrams("value"), name="identity_by_part", gin_pending_list_limit=PENDING_KB)]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Note(models.Model):
    """What staff write down about a customer."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="notes")
    id = models.BigIntegerField(
        db_default=models.Func(
            models.Value("customers_note_id"), function="nextval", output_field=models.BigIntegerField()
        )
    )
    text = models.TextField(_("note"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_index=False, related_name="+", verbose_name=_("by")
    )
    written_at = models.DateTimeField(_("written at"))
    edited_at = models.DateTimeField(_("edited at"), null=True)

    PERSONAL = frozenset({"text", "written_at", "edited_at"})
    NEUTRAL = frozenset({"pk", "customer", "id", "staff"})

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="note_has_a_text")]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d %H:%M}"


class Secret(models.Model):
    """A value that is stored encrypted and never shown, exported or logged: the access token of a social network."""

    pk = models.CompositePrimaryKey("customer_id", "name")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="secrets")
    name = models.CharField(max_length=64)
    sealed = models.BinaryField()

    PERSONAL = frozenset({"sealed"})
    NEUTRAL = frozenset({"pk", "customer", "name"})

    class Meta:
        verbose_name = _("secret")

    def __str__(self) -> str:
        return self.name


class Merge(models.Model):
    """A profile that was merged away, and into whom. What counts for the survivor is the union over all merged into them.

    `survivor` is always the profile that is alive: it follows when the survivor is merged in turn; `into` stays.
    """

    source = models.OneToOneField(
        "customers.Customer", on_delete=models.DO_NOTHING, primary_key=True, related_name="merge"
    )
    survivor = models.ForeignKey("customers.Customer", on_delete=models.DO_NOTHING, related_name="merged")
    into = models.BigIntegerField(_("merged into"))
    kind = models.CharField(_("kind"), max_length=7, choices=MergeKind)
    merged_at = models.DateTimeField(_("merged at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    api_key_id = models.BigIntegerField(null=True)
    # The event of the merge in either stream.
    source_event = models.BigIntegerField()
    survivor_event = models.BigIntegerField()
    # Counts and points by what was moved: never a value of a person.
    moved = models.JSONField(default=dict)
    # The fields that the survivor lacked and took over.
    filled = ArrayField(models.CharField(max_length=64), default=list)

    OWN_KEY = True
    PERSONAL = frozenset({"merged_at"})
    NEUTRAL = frozenset("source survivor into kind staff api_key_id source_event survivor_event moved filled".split())

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MergeKind.values), name="merge_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(source=F("survivor")) & ~Q(source=F("into")), name="merge_is_of_two_customers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.survivor_id}"
