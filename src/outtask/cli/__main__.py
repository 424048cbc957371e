"""`python -m outtask.cli` is the same as `outtask`."""

import sys

from outtask.cli import main

sys.exit(main())
