"""What an item is, and on what plan a subscription runs."""

from enum import StrEnum


class ItemKind(StrEnum):
    GOOD = "good"
    SERVICE = "service"
    SUBSCRIPTION = "subscription"


class Plan(StrEnum):
    """How a subscription is paid. An item that is none has no plan."""

    FREE = "free"  # costs nothing and commits no money
    PER_USE = "per_use"  # each use is ordered and paid by itself
    PERIOD = "period"  # paid in advance for a month or a year, and renewed


class Period(StrEnum):
    MONTH = "month"
    YEAR = "year"
