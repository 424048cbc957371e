"""People for programs: the organisation, its members and invitations, its providers, links and tokens."""

from outtask.people.api import access, members, organisation, providers

ROUTERS = (organisation.room, members.room, members.invitations, providers.room, access.links, access.tokens)
