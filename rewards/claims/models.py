"""Who has claimed what, how many of a reward are taken, and who bids how much."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.accounts.models import Account
from rewards.catalogue.models import Reward

STANDS = Q(revoked_by__isnull=True)


class Claim(models.Model):
    """A reward that was claimed; one that was revoked stays, and says when."""

    # What has claimed it. Of a merged-away profile it stays with that.
    event_id = models.BigIntegerField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="claims")
    reward = models.ForeignKey(Reward, on_delete=models.DO_NOTHING, db_index=False, related_name="claims")
    count = models.PositiveIntegerField(_("number"), default=1, db_default=1)
    # For all of them together.
    spent = models.BigIntegerField(_("points spent"), default=0, db_default=0)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False, null=True, related_name="+")
    # By which the price was found.
    currency = models.CharField(_("currency"), max_length=8, default="", db_default="")
    forced = models.BooleanField(_("forced"), default=False, db_default=False)
    # The coupons that came of it, in their order. An aggregated one stands as often as it was given.
    coupons = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    claimed_at = models.DateTimeField(_("claimed at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.BigIntegerField(null=True)

    OWN_KEY = True
    # How many of a reward are taken, and for how much, stays true of erased people as well.
    PERSONAL = frozenset[str]()
    NEUTRAL = frozenset(
        "event_id customer reward count spent account currency forced coupons claimed_at revoked_at revoked_by".split()
    )

    class Meta:
        verbose_name = _("claim of a reward")
        verbose_name_plural = _("claims of rewards")
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="claim_is_of_something"),
            models.CheckConstraint(
                condition=Q(spent=0) | Q(spent__gt=0, account__isnull=False), name="claim_is_paid_from_an_account"
            ),
            models.CheckConstraint(condition=Q(forced=False) | Q(spent=0), name="claim_by_force_costs_nothing"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="claim_is_revoked_by_an_event",
            ),
        ]
        indexes = [
            models.Index("customer", "reward", "claimed_at", name="claim_of_customer", condition=STANDS),
            models.Index("customer", "event_id", name="claim_by_customer"),
            models.Index("reward", "claimed_at", name="claim_of_reward"),
            GinIndex("coupons", name="claim_of_coupon", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.event_id}"

    @property
    def stands(self) -> bool:
        return self.revoked_by is None


class Taken(models.Model):
    """How many of a reward with a stock are taken: those of the claims that stand. Made with the reward, by the database.

    `locked_until`: of a reward that is locked for everybody after a claim.
    """

    reward = models.OneToOneField(Reward, on_delete=models.CASCADE, primary_key=True, related_name="taken")
    taken = models.PositiveBigIntegerField(_("taken"), default=0, db_default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True)

    class Meta:
        verbose_name = _("stock that is taken")

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.taken}"


class Bid(models.Model):
    """Points that somebody has bid. They are reserved until the bid is settled: outbid, withdrawn, or paid."""

    event_id = models.BigIntegerField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="bids")
    reward = models.ForeignKey(Reward, on_delete=models.DO_NOTHING, db_index=False, related_name="bids")
    points = models.BigIntegerField(_("points"))
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    bid_at = models.DateTimeField(_("bid at"))
    # The event that has released or charged its points.
    settled_by = models.BigIntegerField(null=True)

    OWN_KEY = True
    PERSONAL = frozenset[str]()
    NEUTRAL = frozenset({"event_id", "customer", "reward", "points", "account", "bid_at", "settled_by"})

    class Meta:
        verbose_name = _("bid")
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="bid_is_of_points")]
        indexes = [
            models.Index("customer", "event_id", name="bid_of_customer"),
            models.Index("reward", "event_id", name="bid_of_reward"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.points}"


class HighestBid(models.Model):
    """The one bid of a reward that stands; without a row nobody's does."""

    reward = models.OneToOneField(Reward, on_delete=models.CASCADE, primary_key=True, related_name="highest_bid")
    bid = models.OneToOneField(Bid, on_delete=models.DO_NOTHING, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_index=False, related_name="highest_bids")
    points = models.BigIntegerField(_("points"))

    OWN_KEY = True
    PERSONAL = frozenset[str]()
    NEUTRAL = frozenset({"reward", "bid", "customer", "points"})

    class Meta:
        verbose_name = _("highest bid")
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="highest_bid_is_of_points")]
        indexes = [models.Index("customer", name="highest_bid_of_customer")]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.points}"
