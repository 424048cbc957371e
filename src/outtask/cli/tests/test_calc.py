"""`outtask calc`: the methods from JSON to JSON, and what is said of input that does not do."""

from __future__ import annotations

import io
import json
import sys

import pytest

from outtask.cli import main
from outtask.cli.ground import DONE, REFUSED, USAGE
from outtask.decide.calc import CALCS
from outtask.decide.tests.material import OUT


class Told:
    """Standard input with these bytes in it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


def calc(monkeypatch: pytest.MonkeyPatch, name: str, data: bytes) -> int:
    monkeypatch.setattr(sys, "stdin", Told(data))
    return main(["calc", name])


def test_it_gives_what_the_method_gives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"answers": OUT}
    assert calc(monkeypatch, "decision", json.dumps(given).encode()) == DONE
    assert json.loads(capsys.readouterr().out) == CALCS["decision"](given)


def test_a_refusal_names_the_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calc(monkeypatch, "weights", b'{"method": "guess"}') == REFUSED
    captured = capsys.readouterr()
    assert captured.err.startswith("method: Choose one of these methods: equal, rank")
    assert captured.out == ""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"answers":\n  {"used": yes}}', "line 2, column 12"),
        (b"", "line 1, column 1"),
        (b'{"answers": {}}\n}', "line 2, column 1"),
        (b'{"a": "\xff"}', "no text in UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1, 2]", "must be one JSON object"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes, told: str
) -> None:
    assert calc(monkeypatch, "decision", data) == USAGE
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_an_unknown_method_is_usage_and_tells_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calc", "horoscope"])
    assert ended.value.code == USAGE
    told = capsys.readouterr().err
    assert all(name in told for name in ("horoscope", *CALCS))


def test_help_describes_each_method(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calc", "--help"])
    assert ended.value.code == DONE
    told = capsys.readouterr().out
    assert "outtask calc NAME < in.json > out.json" in told
    for name, method in CALCS.items():
        assert f"\n{name}:\n  {(method.__doc__ or '').splitlines()[0]}\n" in told
