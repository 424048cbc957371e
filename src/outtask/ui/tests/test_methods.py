"""Pages are looked at and sent to; any other method is told so before anything is read."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", ["/", "/out-tasks", "/settings/organisation", "/l/nothing"])
def test_a_page_has_no_other_methods(world: World, method: str, path: str) -> None:
    response = getattr(world.client("imke"), method)(path)
    assert response.status_code == 405
    assert response["Allow"] in {"GET, HEAD", "GET, HEAD, POST"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_watchers_may_ask_for_the_head_alone(world: World, path: str) -> None:
    response = world.client("imke").head(path)
    assert response.status_code in {200, 503}
    assert response.content == b""
