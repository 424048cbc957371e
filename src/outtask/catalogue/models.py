"""What providers sell, at which price from when; what members have in their carts; what they subscribe to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.catalogue.states import ItemKind, Period, Plan
from outtask.journal.facts import Fact


class CatalogueItem(Fact):
    """A good, service or subscription of a provider. What its buyers count on is fixed once it is added."""

    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, related_name="items")
    # The provider's own code for it.
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    description = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in ItemKind])
    unit = models.CharField(max_length=30, default="", blank=True)
    currency = models.CharField(max_length=3)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, default=0)
    # Digits of a CPV code, without the zeros at its end.
    category = models.CharField(max_length=8, default="", blank=True)
    # So many days before it holds, a rise in price is made known.
    notice_days = models.IntegerField(default=0)
    # The rest is about subscriptions alone.
    plan = models.CharField(max_length=8, default="", choices=[(plan, plan) for plan in Plan])
    period = models.CharField(max_length=5, default="", choices=[(period, period) for period in Period])
    trial_days = models.IntegerField(default=0)
    # So many days before a renewal it has to be cancelled.
    cancel_days = models.IntegerField(default=0)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="item_once_per_code"),
            models.CheckConstraint(
                condition=Q(tax_percent__gte=0) & Q(tax_percent__lte=100), name="item_tax_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=(Q(kind=ItemKind.SUBSCRIPTION) & ~Q(plan=""))
                | (~Q(kind=ItemKind.SUBSCRIPTION) & Q(plan="")),
                name="item_plan_of_subscriptions",
            ),
            models.CheckConstraint(
                condition=(Q(plan=Plan.PERIOD) & ~Q(period="")) | (~Q(plan=Plan.PERIOD) & Q(period="")),
                name="item_period_of_plan",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "name", "id"], name="item_by_name"),
            models.Index(fields=["organisation", "category"], name="item_by_category"),
        ]

    def __str__(self) -> str:
        return self.name


class ItemPrice(Fact):
    """What an item costs, each and without tax, from a day on. Never edited: a change is another row."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="prices")
    price_minor = models.BigIntegerField()
    from_on = models.DateField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="item_price_not_negative")
        ]
        indexes = [models.Index(fields=["item", "-from_on", "-id"], name="item_price_latest")]


class CartLine(Fact):
    """Something a member means to order, with the price they saw."""

    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="cart")
    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+")
    quantity = models.IntegerField()
    price_minor = models.BigIntegerField()
    put_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "item"], name="in_a_cart_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cart_quantity_counts"),
        ]


class Subscription(Fact):
    """A subscription in force, on the terms it was ordered on.

    renews_on: the day the next period begins; None where nothing is renewed. anchor_on: the first day that is
    paid, whose day of the month every renewal keeps. warned_for: the renewal its holder was told of.
    cancelled_on: said; ended_on: over. outtask, last_outtask: of its first and of its latest order; None
    while nothing was ordered, as on trial and on a free plan.
    """

    # That it renews is the client's own affair; that work may begin by it is the provider's too.
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "item__provider__claimed_by_id")

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="subscriptions")
    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, null=True, related_name="+")
    last_outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, null=True, related_name="+")
    # Where the money of each renewal comes from; None where none is ever needed.
    budget = models.ForeignKey("outtask.Budget", on_delete=models.PROTECT, null=True, related_name="+")
    quantity = models.IntegerField()
    plan = models.CharField(max_length=8, choices=[(plan, plan) for plan in Plan])
    period = models.CharField(max_length=5, default="", choices=[(period, period) for period in Period])
    starts_on = models.DateField()
    trial_until = models.DateField(null=True)
    anchor_on = models.DateField(null=True)
    renews_on = models.DateField(null=True)
    notice_days = models.IntegerField(default=0)
    warned_for = models.DateField(null=True)
    cancelled_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    # A requester sees their own; which those are does not follow from an out-task, as there may be none.
    outtask_path: ClassVar[str | None] = None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="subscription_quantity_counts"),
            models.CheckConstraint(
                condition=(Q(plan=Plan.PERIOD) & Q(renews_on__isnull=False) & Q(anchor_on__isnull=False))
                | (~Q(plan=Plan.PERIOD) & Q(renews_on__isnull=True)),
                name="subscription_renews_by_period",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "ended_on", "renews_on"], name="subscription_by_renewal"),
            models.Index(fields=["member", "ended_on"], name="subscription_by_member"),
        ]
