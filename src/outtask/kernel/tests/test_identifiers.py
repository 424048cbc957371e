"""Row ids: version 7, rising, never twice, whatever threads and forks do."""

from __future__ import annotations

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from outtask.kernel.identifiers import id_from, new_id


def test_an_id_is_a_version_7_uuid_of_the_standard_library() -> None:
    made = new_id()
    assert type(made) is uuid.UUID
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_its_first_48_bits_are_the_time_in_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    milliseconds = new_id().int >> 80
    after = time.time_ns() // 1_000_000
    # The generator may run a moment ahead of the clock while it keeps a burst in order.
    assert before - 1 <= milliseconds <= after + 1000


def test_ids_rise_within_a_process() -> None:
    made = [new_id() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_threads_never_share_an_id_and_each_sees_its_own_rise() -> None:
    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert all(run == sorted(run) for run in runs)
    assert len({one for run in runs for one in run}) == 16_000


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_makes_ids_of_its_own() -> None:
    new_id()
    seen: set[bytes] = set()
    for _ in range(8):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            # Only the random 62 bits: equal ones would show a generator copied by the fork.
            os.write(writer, b"".join(new_id().bytes[8:] for _ in range(50)))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            data = pipe.read()
        os.waitpid(child, 0)
        parts = {data[start : start + 8] for start in range(0, len(data), 8)}
        assert len(parts) == 50
        assert not parts & seen
        seen |= parts


def test_an_id_that_follows_from_others_is_the_same_again_and_no_others() -> None:
    seed = new_id()
    made = id_from(seed, "member", "x")
    assert made == id_from(seed, "member", "x")
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, seed.int >> 80)
    others = [
        id_from(seed, "member", "y"),
        id_from(seed, "memberx"),
        id_from(seed),
        id_from(new_id(), "member", "x"),
    ]
    assert len({made, seed, *others}) == 6
    with pytest.raises(ValueError, match="UUIDv7"):
        id_from(uuid.uuid4(), "member")
