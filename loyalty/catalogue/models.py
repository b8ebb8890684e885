"""Products, their categories, and stores: what the brand's shops know by an ID, for whoever asks for it by that.

Hundreds of thousands of products are data and no part of the programme: they stand in no program file.
"""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from loyalty.database.trigrams import Trigrams

from .enums import Status

# As long as the ID of a product in an order may be.
LONGEST_ID = 128
LONGEST_CATEGORY = 100
LONGEST_NAME = 255
LONGEST_ADDRESS = 500
LONGEST_URL = 2_000
_PENDING_KB = 256
# An ID stands in addresses and in files: no control characters, and no space at its ends.
ID = RegexValidator(
    r"^[^\s/\x00-\x1f\x7f]([^/\x00-\x1f\x7f]*[^\s/\x00-\x1f\x7f])?\Z", _("Use no slash, and no space at the ends.")
)


def _status() -> Any:
    return models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE.value
    )


class Category(models.Model):
    """What products are grouped by. It is made by the first product that names it, and its ID is what that said."""

    slug = models.CharField(_("ID"), max_length=LONGEST_CATEGORY, validators=[ID])
    name = models.CharField(_("name"), max_length=LONGEST_CATEGORY)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["slug"]
        constraints = [
            # Orders name it in any case.
            models.UniqueConstraint(Lower("slug"), name="category_ids_differ_by_more_than_case"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """`slug`: the product ID of orders. `price`: for show, in the currency of the brand; None: not known."""

    slug = models.CharField(_("ID"), max_length=LONGEST_ID, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="products",
        verbose_name=_("category"),
    )
    price = models.DecimalField(
        _("price"), max_digits=20, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    url = models.URLField(_("address of its page"), max_length=LONGEST_URL, blank=True, default="")
    image = models.URLField(_("address of its picture"), max_length=LONGEST_URL, blank=True, default="")
    status = _status()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="product_status_is_known"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="product_price_is_not_negative"
            ),
        ]
        indexes = [
            models.Index("category", "slug", name="product_of_category"),
            models.Index("status", "slug", name="product_not_active", condition=~Q(status="active")),
            GinIndex(Trigrams("name"), name="product_name_by_part", gin_pending_list_limit=_PENDING_KB),
            GinIndex(Trigrams("slug"), name="product_id_by_part", gin_pending_list_limit=_PENDING_KB),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_price(self) -> str:
        """Without the zeros that only the column has; empty if it is not known."""
        return "" if self.price is None else f"{Decimal(self.price).normalize():f}"


class Store(models.Model):
    """`latitude` and `longitude` in degrees, both or neither."""

    slug = models.CharField(_("ID"), max_length=LONGEST_ID, unique=True, validators=[ID])
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    address = models.CharField(_("address"), max_length=LONGEST_ADDRESS, blank=True, default="")
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    status = _status()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="store_status_is_known"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="store_position_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def position(self) -> str:
        """Both in a text, separated by a comma; empty for none."""
        if self.latitude is None or self.longitude is None:
            return ""
        return ", ".join(f"{Decimal(one).normalize():f}" for one in (self.latitude, self.longitude))
