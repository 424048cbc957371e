"""Files and functions stay small enough to be read in one go."""

from tests.architecture.source import everything, functions

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def test_files() -> None:
    sizes = {module.name: len(module.text.splitlines()) for module in everything()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_functions() -> None:
    too_long = {
        f"{module.name}:{function.lineno} {function.name}": size
        for module in everything()
        for function in functions(module.tree)
        if (size := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert too_long == {}
