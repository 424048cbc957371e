"""Addresses of the room people."""

from django.urls import path

from outtask.people import discretion
from outtask.people.views import absences, guests, me, members, providers, settings, tokens, welcome

discretion.keep()

urlpatterns = [
    path("welcome", welcome.first_run, name="first-run"),
    path("welcome/sample", welcome.sample, name="sample"),
    path("settings", settings.index, name="settings"),
    path("settings/organisation", settings.organisation, name="organisation"),
    path("settings/organisation/comparison", settings.comparing, name="comparing"),
    path("settings/organisation/second-factor", settings.second_factor, name="second-factor"),
    path("settings/organisation/exception", settings.exception, name="exception"),
    path("settings/organisation/exception/end", settings.exception_end, name="exception-end"),
    path("settings/organisation/sample/removal", settings.sample_removal, name="sample-removal"),
    path("settings/organisation/choice", settings.choice, name="organisation-choice"),
    path("settings/rights", settings.rights, name="rights"),
    path("settings/members", members.members, name="members"),
    path("settings/members/new", members.invite, name="member-new"),
    path("settings/members/<uuid:member_id>", members.member, name="member"),
    path("settings/members/<uuid:member_id>/removal", members.removal, name="member-removal"),
    path(
        "settings/invitations/<uuid:invitation_id>/withdrawal",
        members.withdrawal,
        name="invitation-withdrawal",
    ),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<uuid:token_id>/revocation", tokens.revocation, name="token-revocation"),
    path("settings/absences", absences.absences, name="absences"),
    path("settings/absences/<uuid:delegation_id>/end", absences.end, name="absence-end"),
    path("settings/me", me.me, name="account"),
    path("settings/me/sessions", me.sessions, name="sessions"),
    path("providers", providers.providers, name="providers"),
    path("providers/new", providers.new, name="provider-new"),
    path("providers/<uuid:provider_id>", providers.provider, name="provider"),
    path("providers/<uuid:provider_id>/details", providers.change, name="provider-change"),
    path("providers/<uuid:provider_id>/account", providers.account, name="provider-account"),
    path("providers/<uuid:provider_id>/block", providers.block, name="provider-block"),
    path("providers/<uuid:provider_id>/block/end", providers.unblock, name="provider-unblock"),
    path("links/<uuid:link_id>/closure", providers.link_closure, name="link-closure"),
    path("invitations/<str:token>", guests.invitation, name="invitation"),
    path("l/<str:token>", guests.guest, name="guest"),
    path("l/<str:token>/<path:rest>", guests.guest, name="guest-rest"),
]
