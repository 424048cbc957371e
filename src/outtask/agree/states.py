"""The life of an agreement."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class AgreementState(StrEnum):
    DRAFT = "draft"
    OFFERED = "offered"  # the client has signed this version, the provider has not
    SIGNED = "signed"
    IN_FORCE = "in_force"  # signed, and the money is committed
    ENDED = "ended"


class Form(StrEnum):
    """In what form both are bound."""

    STATEMENT = "statement"  # a statement of work, signed by both before it holds
    ORDER = "order"  # placed by the client, which is their signature; the provider may confirm it


class Party(StrEnum):
    CLIENT = "client"
    PROVIDER = "provider"


AGREEMENT = Machine(
    "agreement",
    AgreementState,
    AgreementState.DRAFT,
    {
        (AgreementState.DRAFT, "revise"): AgreementState.DRAFT,
        (AgreementState.DRAFT, "sign_as_client"): AgreementState.OFFERED,
        # An order; it is placed again when it changes before anybody decided on its money, or when a name
        # makes that decision void.
        (AgreementState.DRAFT, "place"): AgreementState.SIGNED,
        (AgreementState.SIGNED, "place"): AgreementState.SIGNED,
        (AgreementState.IN_FORCE, "place"): AgreementState.SIGNED,
        (AgreementState.OFFERED, "revise"): AgreementState.DRAFT,
        (AgreementState.OFFERED, "sign_as_provider"): AgreementState.SIGNED,
        (AgreementState.OFFERED, "object"): AgreementState.DRAFT,
        (AgreementState.SIGNED, "revise"): AgreementState.DRAFT,
        (AgreementState.SIGNED, "commit"): AgreementState.IN_FORCE,
        (AgreementState.IN_FORCE, "revise"): AgreementState.DRAFT,
        (AgreementState.IN_FORCE, "complete"): AgreementState.ENDED,
        (AgreementState.DRAFT, "end"): AgreementState.ENDED,
        (AgreementState.OFFERED, "end"): AgreementState.ENDED,
        (AgreementState.SIGNED, "end"): AgreementState.ENDED,
        (AgreementState.IN_FORCE, "end"): AgreementState.ENDED,
    },
)
