"""What the pages call things, and the texts beside the columns of a file."""

from __future__ import annotations

from collections.abc import Mapping

from outtask.catalogue.states import ItemKind, Period, Plan
from outtask.catalogue.table import Column
from outtask.kernel.words import N_

KINDS: Mapping[str, str] = {
    ItemKind.GOOD: N_("Good"),
    ItemKind.SERVICE: N_("Service"),
    ItemKind.SUBSCRIPTION: N_("Subscription"),
}
PLANS: Mapping[str, str] = {
    Plan.FREE: N_("Free"),
    Plan.PER_USE: N_("Paid per use"),
    Plan.PERIOD: N_("Paid by period"),
}
PERIODS: Mapping[str, str] = {Period.MONTH: N_("a month"), Period.YEAR: N_("a year")}

COLUMNS: Mapping[Column, str] = {
    Column.PROVIDER: N_("The name of a provider, as it stands on your list"),
    Column.CODE: N_("The provider's own code; it tells which item a row is about"),
    Column.NAME: N_("What it is called"),
    Column.DESCRIPTION: N_("What a buyer has to know"),
    Column.KIND: N_("good, service or subscription; a good unless said"),
    Column.UNIT: N_("What one is: a box, an hour"),
    Column.PRICE: N_("Of one, without tax"),
    Column.CURRENCY: N_("Three letters, such as GBP"),
    Column.TAX_PERCENT: N_("Tax in percent, such as 20"),
    Column.CATEGORY: N_("Digits of a CPV code"),
    Column.NOTICE_DAYS: N_("Days of notice before a rise in price"),
    Column.PLAN: N_("Of a subscription: free, per_use or period"),
    Column.PERIOD: N_("Of a plan by period: month or year"),
    Column.TRIAL_DAYS: N_("Days before the first one is paid"),
    Column.CANCEL_DAYS: N_("Days before a renewal on which it has to be cancelled"),
    Column.FROM_ON: N_("From when the price holds, such as 2027-01-01; as soon as it can unless said"),
}
