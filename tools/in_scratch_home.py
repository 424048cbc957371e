"""Run a command with the settings of Outtask and a home folder that is thrown away.

usage: in_scratch_home.py COMMAND [ARGUMENT ...]
"""

import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as home:
    environment = dict(os.environ, OUTTASK_HOME=home, DJANGO_SETTINGS_MODULE="outtask.config.settings")
    sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)
