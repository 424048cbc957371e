"""Files and functions stay small enough to be read in one go."""

from tests.architecture.source import everything, functions, nothing

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def test_files() -> None:
    sizes = {module.name: len(module.text.splitlines()) for module in everything()}
    nothing(f"{name}: {size} lines" for name, size in sizes.items() if size > LONGEST_FILE)


def test_functions() -> None:
    nothing(
        f"{module.name}:{function.lineno} {function.name}: {size} lines"
        for module in everything()
        for function in functions(module.tree)
        if (size := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    )
