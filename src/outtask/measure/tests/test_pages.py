"""Figures on pages: each with its cases and how it was computed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from outtask.deliver.tests.underway import begin
from outtask.measure.tests.test_queries import history
from tests.world import World


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture(autouse=True)
def later(world: World, time_machine: Any) -> None:
    time_machine.move_to(world.now + timedelta(days=30), tick=False)


def test_the_service_of_an_out_task(world: World) -> None:
    under = history(world)
    response = world.client("ada").get(reverse("outtask-service", args=[under.outtask.reference]))
    content = text(response)
    assert response.status_code == 200
    assert "Broken" in content
    assert "33.3%" in content
    assert "1 of 3" in content
    assert "5 hours" in content
    assert "95% or more" in content
    assert "How these are computed" in content


def test_nothing_agreed_is_nothing_measured(world: World) -> None:
    under = history(world)
    under.outtask.agreements.update(outtask=begin(world, number=9).outtask, state="ended")
    content = text(world.client("ada").get(reverse("outtask-service", args=[under.outtask.reference])))
    assert "there is nothing to measure" in content


def test_the_scorecard_of_a_provider(world: World) -> None:
    history(world)
    content = text(world.client("imke").get(reverse("provider-service", args=[world.kestrel.pk])))
    assert 'id="scorecard"' in content
    assert "surely at least 6.1%" in content
    fresh = text(world.client("imke").get(reverse("provider-service", args=[world.marek.pk])))
    assert "no readings yet" in fresh


def test_the_page_about_a_provider_leads_to_the_scorecard(world: World) -> None:
    content = text(world.client("imke").get(reverse("provider", args=[world.kestrel.pk])))
    assert reverse("provider-service", args=[world.kestrel.pk]) in content


def test_all_providers_in_one_table(world: World) -> None:
    history(world)
    content = text(world.client("imke").get(reverse("reports")))
    for name in ("Kestrel Data Ltd", "Marek Solan", "Pagewright"):
        assert name in content


def test_others_find_no_figures(world: World) -> None:
    under = history(world)
    client = world.client("oskar")
    assert client.get(reverse("outtask-service", args=[under.outtask.reference])).status_code == 404
    assert client.get(reverse("provider-service", args=[world.kestrel.pk])).status_code == 404
    assert "Kestrel" not in text(client.get(reverse("reports")))
