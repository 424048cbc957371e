"""Make `.venv` from the hash-locked requirements; do nothing when they have not changed.

Standard library only, so that it runs on whatever `python3` a machine has (3.8 and up).
usage: bootstrap.py base|scale|dev
"""

import glob
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WANTED = ("3.13", "3.14", "3.12")
ASK_VERSION = "import sys,venv,ensurepip;print('%d.%d' % sys.version_info[:2])"


def version(executable):
    """The `major.minor` of an interpreter that really runs, else an empty text: a shim may only exist."""
    try:
        out = subprocess.run(
            [executable, "-c", ASK_VERSION], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return out.stdout.decode().strip() if out.returncode == 0 else ""


def find_python():
    """The first interpreter new enough: $PYTHON, this one, the PATH, pyenv's folders."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for want in WANTED:
        kept = sorted(glob.glob("%s/versions/%s.*/bin/python" % (pyenv, want)), reverse=True)
        on_path = shutil.which("python" + want) or ""
        for executable in [os.environ.get("PYTHON", ""), sys.executable, on_path, *kept]:
            if executable and version(executable) == want:
                return executable
    return None


def make_venv():
    executable = find_python()
    if executable:
        subprocess.run([executable, "-m", "venv", str(VENV)], check=True)
        return
    # No Python 3.12+ on this machine: uv brings a standalone build (this path needs the internet).
    boot = ROOT / ".boot"
    subprocess.run([sys.executable, "-m", "venv", str(boot)], check=True)
    lock = str(ROOT / "requirements" / "uv.txt")
    subprocess.run([str(boot / "bin" / "pip"), "install", "-q", "--require-hashes", "-r", lock], check=True)
    uv = str(boot / "bin" / "uv")
    subprocess.run([uv, "venv", "--seed", "--managed-python", "--python", WANTED[0], str(VENV)], check=True)


def install(lock):
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    uv = VENV / "bin" / "uv"
    with_uv = subprocess.run([*pip, "-r", str(ROOT / "requirements" / "uv.txt")]).returncode == 0
    if with_uv:
        subprocess.run(
            [str(uv), "pip", "install", "-q", "--require-hashes", "--python", python, "-r", str(lock)],
            check=True,
        )
    else:
        subprocess.run([*pip, "-r", str(lock)], check=True)
    site = subprocess.run(
        [python, "-c", "import sysconfig;print(sysconfig.get_path('purelib'))"],
        check=True,
        stdout=subprocess.PIPE,
    )
    compile_all(python, site.stdout.decode().strip())
    # The product itself: a path file and a command, so that no build step is needed to run from a clone.
    pathlib.Path(site.stdout.decode().strip(), "outtask.pth").write_text(str(ROOT / "src") + "\n")
    command = VENV / "bin" / "outtask"
    command.write_text("#!%s\nimport sys\nfrom outtask.cli import main\nsys.exit(main())\n" % python)
    command.chmod(0o755)


def compile_all(python, *folders):
    """Compile once what every process imports.

    Many images set PYTHONDONTWRITEBYTECODE, and then each start of Python would compile all of it again.
    """
    # Some packages carry files for other versions of Python, which cannot be compiled and are never imported.
    subprocess.run(
        [python, "-m", "compileall", "-q", "-j", "0", *folders, str(ROOT / "src")], stdout=subprocess.DEVNULL
    )


def main(level):
    lock = ROOT / "requirements" / ("%s.txt" % level)
    digest = hashlib.sha256(lock.read_bytes() + pathlib.Path(__file__).read_bytes()).hexdigest()
    stamp = VENV / (".%s" % level)
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("Setting up Python packages in .venv; this takes a minute the first time.", flush=True)
    if not (VENV / "bin" / "python").exists():
        make_venv()
    install(lock)
    stamp.write_text(digest)


if __name__ == "__main__":
    main(sys.argv[1])
