"""Where the delivery of an entry to a webhook stands."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


# A replay is a delivery of its own, so nothing leads out of the two ends.
DELIVERY = Machine(
    "webhook delivery",
    DeliveryState,
    DeliveryState.WAITING,
    {
        (DeliveryState.WAITING, "deliver"): DeliveryState.DELIVERED,
        (DeliveryState.WAITING, "give_up"): DeliveryState.FAILED,
    },
)
