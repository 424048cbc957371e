"""Every action can be done on a page and over the API, or says here why not."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from importlib import import_module

from outtask.api.root import ROOMS
from outtask.people.roles import Right
from tests.architecture.source import Module, modules, nothing
from tests.architecture.test_actions import actions

CLOCK = "a deadline or a worker does it, nobody else may"
NO_PAGE = {
    "lapse_invitation": CLOCK,
    "remind_decider": CLOCK,
    "escalate_request": CLOCK,
    "record_check_results": CLOCK,
    "turn_subscription": CLOCK,
    "warn_subscription": CLOCK,
    "place_repeat": CLOCK,
    "skip_repeat": CLOCK,
    "record_pack": CLOCK,
    "record_pack_failed": CLOCK,
    "record_archive": CLOCK,
    "record_archive_failed": CLOCK,
    "record_drill": CLOCK,
    "give_up_delivery": CLOCK,
    "note_filled": "says in the sample's own journal that it is made up",
}
NO_API = NO_PAGE | {
    "found_organisation": "whoever has a token is in an organisation already",
    "accept_invitation": "whoever was invited has no token yet; their link is their key",
    "make_token": "a token that got lost must not outlive its end by another one",
    "rename_me": "a person is one in all their organisations, a token is of one",
    "end_sessions": "a person is one in all their organisations, a token is of one",
}
# What pages do through a module beside them.
BESIDE_PAGES = {
    "catalogue/importing.py",
    "decide/importing.py",
    "people/below.py",
    "lifecycle/sample.py",
    "spend/importing.py",
}


def is_page(module: Module) -> bool:
    stem_or_folder = (module.path.stem, module.path.parent.name)
    return module.place in BESIDE_PAGES or any("views" in name for name in stem_or_folder)


def is_api(module: Module) -> bool:
    return module.path.stem == "api" or module.path.parent.name == "api"


@cache
def names_in(place: str) -> frozenset[str]:
    """Every name that a module uses, apart from those it only imports."""
    module = next(module for module in modules() if module.place == place)
    used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    return frozenset(used | {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)})


def reached(surface: list[Module]) -> set[str]:
    return {name for module in surface for name in names_in(module.place)}


def _not_reached(surface: list[Module], exceptions: dict[str, str]) -> list[str]:
    found = reached(surface)
    return [
        f"{module.place}:{function.lineno} {function.name}"
        for module, function in actions()
        if function.name not in found and function.name not in exceptions
    ]


def test_from_pages() -> None:
    nothing(_not_reached([module for module in modules() if is_page(module) and not module.is_test], NO_PAGE))


def test_from_the_api() -> None:
    nothing(_not_reached([module for module in modules() if is_api(module) and not module.is_test], NO_API))


def test_no_exception_is_idle() -> None:
    known = {function.name for _, function in actions()}
    nothing(f"{name} is no action" for name in NO_API if name not in known)


def test_a_documented_scope_is_the_right_that_is_asked_for() -> None:
    """Each act names a scope of which the module of its action speaks."""
    places = {function.name: module.place for module, function in actions()}
    wrong = []
    for view, scope in _acts():
        used = names_in(_place_of(view)) & set(places)
        here = {name for name in used if name in inspect.getsource(view)}
        if scope is not None and not any(f"Right.{scope.name}" in _source(places[name]) for name in here):
            wrong.append(f"{view.__module__}.{view.__name__}: {scope.value}")
    nothing(wrong)


def _acts() -> list[tuple[object, Right | None]]:
    found = []
    for room in ROOMS:
        for router in import_module(f"outtask.{room}.api").ROUTERS:
            found += [(view, scope) for view, scope in router.acts]
    return found


def _place_of(view: object) -> str:
    return f"{inspect.getmodule(view).__name__.removeprefix('outtask.').replace('.', '/')}.py"  # type: ignore[union-attr]


def _source(place: str) -> str:
    return next(module.text for module in modules() if module.place == place)
