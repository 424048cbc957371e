"""An organisation takes its webhooks along: paused in the new place, and what waited goes on from there."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from outtask.followers.engine import drain
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.registry import followers
from outtask.followers.tests.receiving import endpoint_at, receiver
from outtask.followers.webhooks import actions
from outtask.followers.webhooks.delivering import FOLLOWERS, send_waiting
from outtask.lifecycle.sample_removal import remove_organisation
from outtask.models import Organisation
from outtask.takeback.archive import taking_in, writing
from tests.world import World


def exported(organisation: Organisation) -> bytes:
    target = io.BytesIO()
    _, fault = writing.write(target, organisation.pk)
    assert not fault
    return target.getvalue()


def test_out_and_back(world: World, tmp_path: Path) -> None:
    imke = world.actor("imke")
    with receiver() as erp:
        endpoint = endpoint_at(world, erp.url, kinds=["milestone.*"], generation=3)
        for _ in range(2):
            actions.send_test(actor=imke, now=world.now, endpoint_id=endpoint.pk)
        one = WebhookDelivery.objects.latest("id")
        WebhookDelivery.objects.filter(pk=one.pk).update(next_at=world.now + timedelta(hours=1))
        assert send_waiting(world.now, erp.post) == 1

        before = exported(world.organisation)
        (tmp_path / "a.zip").write_bytes(before)
        remove_organisation(world.organisation.pk)
        assert not WebhookEndpoint.objects.exists()
        with taking_in.checked(tmp_path / "a.zip") as found:
            taking_in.take_in(found, [follower.name for follower in followers()], world.now)
        assert exported(world.organisation) == before

        # Nothing is sent by itself, nothing of before is put in line again.
        endpoint.refresh_from_db()
        drain(FOLLOWERS, world.now)
        later = world.now + timedelta(days=1)
        assert (endpoint.sends_since, endpoint.generation, send_waiting(later, erp.post)) == (None, 3, 0)
        assert WebhookDelivery.objects.count() == 2
        actions.resume_webhook(actor=imke, now=later, endpoint_id=endpoint.pk)
        assert send_waiting(later, erp.post) == 1
        assert len(erp.received) == 2
