"""A student's server: first it brings the student's copy of the course up to date, then it starts JupyterLab.

JupyterHub runs this as the student (jupyterhub_config.py, `c.Spawner.cmd`). The copy is ~/backprop. A notebook in which
the student has changed nothing but outputs is replaced by the new one. One that the student has changed stays as it is,
and a new version is put beside it as NAME_new.ipynb. Files that are the student's own are not touched.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
FILES = ("README.md", "LICENSE", "requirements.txt", "notebooks/*.ipynb")
DELIVERED = ".delivered.json"  # in the copy: {name: what the notebook asked and said when it was put there}


def content(path):
    """What a student can change in a file, as a short text: of a notebook its cells without their outputs.

    path: of the file. A notebook that is no JSON any more counts as changed: its bytes are then taken.
    """
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(data)["cells"]
            data = json.dumps([[cell["cell_type"], "".join(cell["source"])] for cell in cells]).encode()
        except (ValueError, KeyError, TypeError):
            pass
    return hashlib.sha256(data).hexdigest()


def put(source, target):
    """Copy one file whole or not at all: a server that is ended meanwhile leaves the old one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, draft)
    os.replace(draft, target)


def update(course, copy):
    """Bring the copy up to date; return the names of the notebooks whose new version lies beside the student's.

    course, copy: the folders. The copy is made if there is none. Raises OSError if it cannot be written.
    """
    copy.mkdir(mode=0o700, parents=True, exist_ok=True)
    record = copy / DELIVERED
    delivered = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    beside = []
    for source in sorted(path for pattern in FILES for path in course.glob(pattern)):
        name = source.relative_to(course).as_posix()
        target, now = copy / name, content(source)
        if target.exists() and delivered.get(name) == now:
            continue  # there is nothing new
        if not target.exists() or content(target) in (delivered.get(name), now):
            put(source, target)
        else:
            put(source, target.with_name(f"{target.stem}_new{target.suffix}"))
            beside.append(name)
        delivered[name] = now
    record.write_text(json.dumps(delivered, indent=1), encoding="utf-8")
    return beside


def folder_of_sockets(home):
    """A folder for what server and kernels say to each other, which nobody else can open: in the home if that is near.

    The path of a socket has at most 107 characters (104 on macOS), of which Jupyter takes 50 for its name.
    """
    folder = home / ".course_run"
    if len(os.fsencode(folder)) > 104 - 50:
        return Path(tempfile.mkdtemp(prefix="course-"))
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


if __name__ == "__main__":
    home = Path.home() / "backprop"
    update(COURSE, home)
    os.chdir(home)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder_of_sockets(Path.home()))
    arguments = [f"--ServerApp.root_dir={home}", *sys.argv[1:]]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *arguments])
