"""The lives of a brief, an invitation to propose, and a proposal."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class BriefState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    AWARDED = "awarded"
    CLOSED = "closed"


class InvitationState(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class ProposalState(StrEnum):
    OFFERED = "offered"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"
    WITHDRAWN = "withdrawn"


class Choice(StrEnum):
    """Among whom an award chose, in the round of the brief that the chosen proposal answers."""

    ASKED_ONE = "asked_one"  # the brief went to one provider only
    ONE_OFFER = "one_offer"  # it went to several, and one proposal stood
    SEVERAL = "several"  # at least two providers had a proposal standing


BRIEF = Machine(
    "brief",
    BriefState,
    BriefState.DRAFT,
    {
        (BriefState.DRAFT, "edit"): BriefState.DRAFT,
        (BriefState.DRAFT, "send"): BriefState.SENT,
        (BriefState.SENT, "edit"): BriefState.SENT,
        (BriefState.SENT, "send"): BriefState.SENT,
        (BriefState.SENT, "award"): BriefState.AWARDED,
        (BriefState.DRAFT, "close"): BriefState.CLOSED,
        (BriefState.SENT, "close"): BriefState.CLOSED,
        (BriefState.AWARDED, "close"): BriefState.CLOSED,
        (BriefState.CLOSED, "reopen"): BriefState.DRAFT,
    },
)
INVITATION = Machine(
    "invitation",
    InvitationState,
    InvitationState.SENT,
    {
        (InvitationState.SENT, "answer"): InvitationState.ANSWERED,
        (InvitationState.ANSWERED, "answer"): InvitationState.ANSWERED,
        (InvitationState.SENT, "decline"): InvitationState.DECLINED,
        (InvitationState.ANSWERED, "decline"): InvitationState.DECLINED,
        (InvitationState.DECLINED, "answer"): InvitationState.ANSWERED,
        # the provider takes their offer away and may still give another
        (InvitationState.ANSWERED, "retract"): InvitationState.SENT,
        (InvitationState.SENT, "withdraw"): InvitationState.WITHDRAWN,
        (InvitationState.ANSWERED, "withdraw"): InvitationState.WITHDRAWN,
        (InvitationState.SENT, "lapse"): InvitationState.LAPSED,
    },
)
PROPOSAL = Machine(
    "proposal",
    ProposalState,
    ProposalState.OFFERED,
    {
        (ProposalState.OFFERED, "choose"): ProposalState.CHOSEN,
        (ProposalState.OFFERED, "pass_over"): ProposalState.NOT_CHOSEN,
        (ProposalState.OFFERED, "withdraw"): ProposalState.WITHDRAWN,
    },
)
