"""People for programs: the organisation, its members and invitations, its providers, links and tokens."""

from outtask.people.api import absences, access, members, organisation, providers

ROUTERS = (
    organisation.room,
    members.room,
    members.invitations,
    absences.room,
    providers.room,
    access.links,
    access.tokens,
)
