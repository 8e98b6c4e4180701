"""A student's server: first it brings the student's copy of the course up to date, then it starts JupyterLab.

JupyterHub runs this as the student (jupyterhub_config.py, `c.Spawner.cmd`). The copy, ~/backprop, is a clone of the course
that nbgitpuller merges new versions into: where both have changed the same lines, the student's stay. Whatever goes wrong
with the copy is said in the hub's log, and the server starts all the same.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def update(repository, copy):
    """Clone the repository, an address that git knows, or merge what is new in it. copy: the folder of the clone.

    A notebook that is no notebook any more once it is merged is put back as the student had it. Raises what nbgitpuller
    and git do: without a repository, a network, room on the disk.
    """
    from nbgitpuller.pull import GitPuller

    for line in GitPuller(repository, str(copy)).pull():
        print(line, end="")
    for name in copy.glob("notebooks/*.ipynb"):
        try:
            json.loads(name.read_bytes())
        except ValueError:
            subprocess.run(["git", "checkout", "ORIG_HEAD", "--", name], cwd=copy, check=False)


def folder_of_sockets(home):
    """A folder for what server and kernels say to each other, which nobody else can open: in the home if that is near.

    The path of a socket has at most 107 characters (104 on macOS), of which Jupyter takes 50 for its name.
    """
    folder = home / ".course_run"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:  # there is room for what is put into it
            file.write(b"0" * 100_000)
        near = len(os.fsencode(folder)) <= 104 - 50
    except OSError:
        near = False
    return folder if near else Path(tempfile.mkdtemp(prefix="course-"))


if __name__ == "__main__":
    home = Path.home()
    copy = home / "backprop"
    os.umask(0o077)
    # The course is somebody else's folder, which git reads only where it is told to.
    os.environ["GIT_CONFIG_SYSTEM"] = str(Path(__file__).with_name("gitconfig"))
    try:
        update(os.environ["COURSE_REPOSITORY"], copy)
    except Exception as error:  # noqa: BLE001 - nothing about the copy may keep a student from their work
        print(f"The copy of the course was not brought up to date: {type(error).__name__}: {error}", file=sys.stderr)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder_of_sockets(home))
    root = copy if copy.is_dir() else home
    os.chdir(root)
    # -P: a file of the student's, random.py for instance, is not taken for one of Python's.
    os.execv(
        sys.executable,
        [sys.executable, "-P", "-m", "jupyterhub.singleuser", f"--ServerApp.root_dir={root}", *sys.argv[1:]],
    )
