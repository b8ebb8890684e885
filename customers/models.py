from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .enums import Status


def _prefix_index(field: str) -> models.Index:
    """Serves `lower(field) LIKE 'abc%'`: the database has no ICU and no pg_trgm, so search is by prefix."""
    return models.Index(OpClass(Lower(field), "text_pattern_ops"), name=f"customer_{field}_prefix")


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
    purchase_item_count = models.BigIntegerField(_("purchased items"), default=0)
    purchase_first_date = models.DateTimeField(_("first purchase"), null=True)
    purchase_last_date = models.DateTimeField(_("last purchase"), null=True)
    last_earn_date = models.DateTimeField(_("last earning"), null=True)
    last_spend_date = models.DateTimeField(_("last spending"), null=True)

    # Erased at opt-out. Every other field is in NEUTRAL; a test fails for a field in neither.
    PERSONAL = frozenset(
        "public_id first_name last_name nickname handler email mobile_phone birth_date gender language "
        "country currency image_url properties src referrer last_login_at purchase_first_date "
        "purchase_last_date last_earn_date last_spend_date".split()
    )
    NEUTRAL = frozenset(
        "id status created_at updated_at optin_at purchase_total purchase_count purchase_item_count".split()
    )

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
            _prefix_index("public_id"),
            _prefix_index("email"),
            _prefix_index("last_name"),
            _prefix_index("first_name"),
            models.Index(Lower("email"), "id", name="customer_by_email"),
            models.Index(Lower("last_name"), "id", name="customer_by_last_name"),
            models.Index("last_login_at", "id", name="customer_by_login"),
            models.Index("status", "country", "gender", name="customer_by_facets"),
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
    """(scheme, value) → customer. Scheme `id` is the brand's own ID; merged-away IDs keep resolving."""

    pk = models.CompositePrimaryKey("scheme", "value")
    scheme = models.CharField(max_length=64)
    value = models.CharField(max_length=128)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, related_name="identities")

    PERSONAL = frozenset({"value"})
    NEUTRAL = frozenset({"scheme", "customer"})

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
