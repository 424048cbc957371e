"""Checkpoints go out: with each signature, acceptance and payment, and in the night when something is new.

Whoever was sent one can show ever after that the log they read now is the log they read then. Each mail
brings the proof that this checkpoint goes on from the one they were sent before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from outtask.followers.engine import Follower
from outtask.followers.schedule import Timed
from outtask.followers.timeline import sentence_of
from outtask.journal import bundles, checkpoints, proofs, signing, witness
from outtask.journal.checkpoints import Inconsistent
from outtask.journal.kinds import Audience, all_kinds
from outtask.journal.models import Checkpoint, Entry, JournalHead, SentCheckpoint, SigningKey
from outtask.journal.notes import VerifierKey, decoded
from outtask.journal.reading import Told
from outtask.messages.post import Notice, Reader, put_in_line
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Organisation, Provider
from outtask.source.models import Award

SEALED_AT_ONCE = frozenset(
    {"agreement.signed_by_client", "agreement.signed_by_provider", "milestone.accepted", "invoice.paid"}
)
# Who was sent nothing yet and had nothing to do with us for so long gets no mail in the night.
RECENT = timedelta(days=7)

log = structlog.get_logger(__name__)


def follow(told: Told, now: datetime) -> None:
    """Seal the log after an entry that binds, and send the checkpoint to the other party."""
    # An entry that concerns two organisations stands in both logs; who has the out-task seals and sends.
    outtask = OutTask.objects.filter(pk=told.outtask_id, organisation_id=told.organisation_id).first()
    checkpoint = checkpoints.make(told.organisation_id, now)
    if outtask is None or checkpoint is None:
        return
    provider = _who_had_it(outtask, told.at)
    if provider is not None:
        organisation = Organisation.objects.get(pk=told.organisation_id)
        with timezone.override(ZoneInfo(organisation.zone)):
            what = sentence_of(told)
        send(checkpoint, provider, what=what, outtask=outtask, now=now, must_cover=told.seq)


def send(
    checkpoint: Checkpoint,
    provider: Provider,
    *,
    what: str,
    outtask: OutTask | None,
    now: datetime,
    must_cover: int | None = None,
) -> bool:
    """Put a checkpoint in line for a provider; False when they have it, or one that covers `must_cover`.

    what: why they get it now, in a sentence.
    """
    before = last_sent(provider)
    since = before.checkpoint if before is not None else None
    enough = checkpoint.size - 1 if must_cover is None else must_cover
    if not provider.email or (since is not None and since.size > enough):
        return False
    block = bundles.armoured(checkpoints.bundle(checkpoint, since), endorsements())
    put_in_line(
        _reader(provider, outtask),
        Notice(
            _subject(checkpoint, outtask), _context(checkpoint, since, what, block, outtask), "checkpoint"
        ),
        organisation_id=checkpoint.organisation_id,
        outtask_id=outtask.pk if outtask else None,
        cause=f"checkpoint:{checkpoint.pk}:{provider.pk}",
        now=now,
    )
    SentCheckpoint.objects.get_or_create(
        checkpoint=checkpoint,
        provider=provider,
        defaults={"organisation_id": checkpoint.organisation_id, "sent_at": now},
    )
    return True


def last_sent(provider: Provider) -> SentCheckpoint | None:
    """What a provider was sent last."""
    rows = SentCheckpoint.objects.filter(organisation_id=provider.organisation_id, provider=provider)
    found: SentCheckpoint | None = rows.select_related("checkpoint").order_by("-checkpoint__size").first()
    return found


def verifier_key(checkpoint: Checkpoint) -> VerifierKey:
    """The key that signed a checkpoint, as its readers keep it."""
    return VerifierKey(signing.origin_of(checkpoint.organisation_id), decoded(str(checkpoint.key_id), "key"))


def endorsements() -> list[str]:
    """The notes by which keys of this installation were handed over, oldest first."""
    rows = SigningKey.objects.exclude(endorsement="").order_by("since")
    return list(rows.values_list("endorsement", flat=True))


def nightly(now: datetime) -> None:
    """Seal each log that grew since its last checkpoint and whose day is over; tell whom it concerns.

    One log that cannot be sealed holds up no other; the first trouble is raised at the end.
    """
    trouble: Inconsistent | None = None
    for head in _unsealed():
        if not _day_is_over(head, now):
            continue
        try:
            with transaction.atomic():
                checkpoint = checkpoints.make(head.organisation_id, now)
                if checkpoint is not None:
                    _tell(checkpoint, now)
        except Inconsistent as wrong:
            log.error("log not sealed", organisation=str(head.organisation_id), reason=str(wrong))
            trouble = trouble or wrong
    if trouble is not None:
        raise trouble


def _tell(checkpoint: Checkpoint, now: datetime) -> None:
    for provider in concerned(checkpoint, now):
        try:
            send(checkpoint, provider, what=_("The day's events are sealed."), outtask=None, now=now)
        except proofs.Unprovable as wrong:
            raise Inconsistent(str(wrong)) from wrong


def concerned(checkpoint: Checkpoint, now: datetime) -> Iterable[Provider]:
    """The providers who may read of something that was entered since the last checkpoint they were sent."""
    sent = SentCheckpoint.objects.filter(
        organisation_id=checkpoint.organisation_id, provider=OuterRef("proposal__provider_id")
    ).order_by("-checkpoint__size")
    news = Entry.objects.filter(
        organisation_id=checkpoint.organisation_id,
        outtask_id=OuterRef("outtask_id"),
        seq__gte=OuterRef("had"),
        seq__lt=checkpoint.size,
        kind__in=_kinds_for_providers(),
        at__gte=OuterRef("awarded_at"),
        at__lte=Coalesce(OuterRef("ended_at"), now),
    )
    awards = Award.objects.filter(organisation_id=checkpoint.organisation_id)
    awards = awards.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=now - RECENT))
    awards = awards.annotate(had=Coalesce(Subquery(sent.values("checkpoint__size")[:1]), 0))
    fresh = awards.filter(Exists(news.filter(at__gte=now - RECENT)))
    return Provider.objects.filter(pk__in=set(fresh.values_list("proposal__provider_id", flat=True)))


@cache
def _kinds_for_providers() -> tuple[str, ...]:
    return tuple(kind.name for kind in all_kinds() if Audience.PROVIDER in kind.audience)


def _unsealed() -> Iterable[Any]:
    newest = Checkpoint.objects.filter(organisation=OuterRef("organisation_id")).order_by("-size")
    heads = JournalHead.objects.annotate(
        signed=Coalesce(Subquery(newest.values("size")[:1]), 0),
        signed_at=Subquery(newest.values("made_at")[:1]),
    )
    return heads.filter(size__gt=F("signed")).select_related("organisation").order_by("organisation_id")


def _day_is_over(head: Any, now: datetime) -> bool:
    """Whether midnight, where the organisation is, passed since it was last sealed."""
    zone = ZoneInfo(head.organisation.zone)
    last: datetime = head.signed_at or head.organisation.founded_at
    return last.astimezone(zone).date() < now.astimezone(zone).date()


def _who_had_it(outtask: OutTask, at: datetime) -> Provider | None:
    """The provider who had an out-task at an instant."""
    awards = Award.objects.filter(outtask=outtask, awarded_at__lte=at).select_related("proposal__provider")
    last = awards.order_by("-awarded_at", "-id").first()
    found: Provider | None = last.proposal.provider if last else outtask.provider
    return found


def _reader(provider: Provider, outtask: OutTask | None) -> Reader:
    """The provider's contact, with a link of theirs that still works where there is one."""
    links = Link.objects.filter(provider=provider, revoked_at__isnull=True)
    if outtask is not None:
        links = links.filter(outtask=outtask)
    link = links.order_by("-id").first()
    return Reader(link.name, link.email, link=link) if link else Reader(provider.name, provider.email)


def _subject(checkpoint: Checkpoint, outtask: OutTask | None) -> str:
    if outtask is None:
        return _("Keep this mail: sealed up to entry %(size)s") % {"size": checkpoint.size}
    return _("Keep this mail: %(title)s is sealed up to entry %(size)s") % {
        "title": outtask.title,
        "size": checkpoint.size,
    }


def _context(
    checkpoint: Checkpoint, since: Checkpoint | None, what: str, block: str, outtask: OutTask | None
) -> dict[str, Any]:
    key = verifier_key(checkpoint)
    facts = [(_("Entries sealed"), str(checkpoint.size))]
    if since is not None:
        facts.append((_("Goes on from"), str(since.size)))
    facts.append((_("Key"), str(key)))
    return {
        "lead": _("Proof of what happened until now"),
        "what": what,
        "facts": facts,
        "block": block,
        "button": _("See the proofs") if outtask else _("Open Outtask"),
        "promise": _(
            "Nothing is asked of you. Keep this mail: with it you can show, without us, that nobody changed"
            " what was written before."
        ),
        "how": _("outtask verify --against MAIL MAIL --key KEY compares the mails you kept."),
        "path": reverse("track-code", args=[outtask.tracking_code]) if outtask else reverse("track"),
        "footer": _("You get this because you work for them. It comes when something of yours was entered."),
    }


FOLLOWERS = (Follower("checkpoints", follow, SEALED_AT_ONCE),)
TIMED = (
    Timed("checkpoints.nightly", timedelta(hours=1), nightly),
    Timed("checkpoints.witness", timedelta(seconds=10), witness.watch),
)
