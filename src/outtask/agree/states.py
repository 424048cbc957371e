"""The life of an agreement."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class AgreementState(StrEnum):
    DRAFT = "draft"
    OFFERED = "offered"  # the client has signed this version, the provider has not
    SIGNED = "signed"
    IN_FORCE = "in_force"  # signed, and the money is committed
    ENDED = "ended"


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
