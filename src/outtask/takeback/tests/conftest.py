"""The archive that the tests of its format made, for those of the pages that take it."""

from outtask.takeback.archive.tests.conftest import archive, members

__all__ = ["archive", "members"]
