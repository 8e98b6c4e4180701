"""A class on one machine: a real JupyterHub, and students who use it over the network as JupyterLab does.

For the tests and for benchmarks/classroom.py. All is written into one temporary folder; closing ends every process.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import requests
import websocket
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

ROOT = Path(__file__).parents[2]
PATIENCE = 240  # seconds until something that has not happened counts as never happening


def free_ports(count):
    """So many ports that nobody uses."""
    with ExitStack() as open_now:
        sockets = [open_now.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


class Classroom:
    """A JupyterHub with its proxy. `student(3)` is somebody who can log in."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="class-", dir="/tmp"))  # with a short path, for sockets
        self._password = secrets.token_hex()
        port, hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        (self.folder / "homes").mkdir()
        (self.folder / "hub").mkdir(mode=0o700)
        # What is committed, on a branch: a checkout for a test may be on none.
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "class", self.folder / "course"], check=True)
        fetch = ["git", "fetch", "--quiet", "--depth=1", ROOT.as_uri(), "HEAD:class"]
        subprocess.run(fetch, cwd=self.folder / "course", check=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "COURSE_"))}
        environment |= {"CLASS_FOLDER": str(self.folder), "CLASS_PASSWORD": self._password, "CLASS_PORT": str(port)}
        environment |= {"CLASS_HUB_PORT": str(hub_port), "CLASS_PROXY_PORT": str(proxy_port)}
        config = Path(__file__).with_name("jupyterhub_config.py")
        command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
        with (self.folder / "hub" / "log").open("wb") as log:
            into = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self._hub = subprocess.Popen(
                command, cwd=self.folder / "hub", env=environment, start_new_session=True, **into
            )
        try:
            # Before the hub answers the proxy knows no way to it, 404, and then nobody at its end, 503.
            patient(404, 503).get(f"{self.url}/hub/api/", timeout=PATIENCE).raise_for_status()
        except requests.RequestException as error:
            said = self.log()
            self.close()
            raise RuntimeError(f"JupyterHub did not start:\n{said}") from error
        except BaseException:
            self.close()
            raise

    def student(self, number):
        """Somebody who has not logged in yet."""
        return Student(self, number, self._password)

    def log(self):
        """What the hub and the servers have said."""
        return (self.folder / "hub" / "log").read_text(encoding="utf-8", errors="replace")

    def processes(self):
        """The hub, its proxy, and every server and kernel."""
        try:
            hub = psutil.Process(self._hub.pid)
            return [hub, *hub.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def close(self):
        """End every process, and remove the folder."""
        running = self.processes()
        self._hub.send_signal(signal.SIGTERM)  # it ends its servers, and these their kernels
        psutil.wait_procs(running[:1], timeout=30)
        for process in running:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._hub.wait(timeout=30)
        psutil.wait_procs(running, timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Student:
    """One student: logs in, has a server started, opens notebooks and runs their cells in a kernel."""

    def __init__(self, classroom, number, password):
        self.classroom, self.number, self.name = classroom, number, f"student{number:02}"
        self.home = classroom.folder / "homes" / self.name
        self.kernel = self._channels = None
        self._password = password
        self._session = Session(key=b"")

    def log_in(self):
        """Fill in the form with name and password, as in a browser, and ask for a token: programs use that."""
        self.browser = requests.Session()  # it has the cookies
        self.browser.get(f"{self.classroom.url}/hub/login", timeout=PATIENCE)
        form = {"username": self.name, "password": self._password, "_xsrf": self.browser.cookies["_xsrf"]}
        page = self.browser.post(f"{self.classroom.url}/hub/login", form, allow_redirects=False, timeout=PATIENCE)
        assert page.status_code == 302, f"{self.name} cannot log in: {page.status_code} {page.text[:300]}"
        xsrf = {cookie.path: cookie.value for cookie in self.browser.cookies if cookie.name == "_xsrf"}["/hub/"]
        path = f"{self.classroom.url}/hub/api/users/{self.name}/tokens"
        answer = self.browser.post(path, json={}, headers={"X-XSRFToken": xsrf}, timeout=PATIENCE)
        assert answer.status_code == 201, f"{self.name} gets no token: {answer.status_code} {answer.text[:300]}"
        self._token = answer.json()["token"]

    def start_server(self):
        """Ask for the server as often as the hub says "later", and hear from the hub when it is there."""
        path = f"/hub/api/users/{self.name}/server"
        self.request("POST", path, ok=(201, 202))
        lines = self.request("GET", f"{path}/progress", stream=True).iter_lines()
        *_, last = [{}, *(json.loads(line.removeprefix(b"data:")) for line in lines if line.startswith(b"data:"))]
        assert last.get("ready"), f"the server of {self.name} did not start: {last}\n{self.classroom.log()[-5000:]}"

    def open(self, path):
        """The cells of a notebook in the student's copy, and a kernel for it."""
        opened = self.request("GET", self.own(f"api/contents/{path}")).json()["content"]
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        self.kernel = self.request("POST", self.own("api/sessions"), json=body, ok=(201,)).json()["kernel"]["id"]
        self._channels = self.connect(self.own(f"api/kernels/{self.kernel}/channels"))
        return opened

    def connect(self, path):
        """A connection to a kernel, as JupyterLab has one."""
        address = self.classroom.url.replace("http", "ws") + path
        header = [f"Authorization: token {self._token}"]
        return websocket.create_connection(address, timeout=PATIENCE, header=header)

    def run(self, code):
        """Run a cell in the kernel, and return what it shows as text. A cell that fails is an AssertionError."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = {**self._session.msg("execute_request", content), "channel": "shell", "buffers": []}
        self._channels.send(json.dumps(message, default=json_default))
        shown, waiting, end = [], {"reply", "idle"}, time.monotonic() + PATIENCE
        while waiting:
            assert time.monotonic() < end, f"{self.name}: the cell does not end: {code}"
            received = self._channels.recv()
            received = json.loads(received) if isinstance(received, str) else {}  # bytes are a widget's numbers
            if received.get("parent_header", {}).get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, content = received["msg_type"], received["content"]
            assert kind != "error", f"{self.name}: {content['ename']}: {content['evalue']}\nin the cell:\n{code}"
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("execute_result", "display_data"):
                shown.append(content["data"].get("text/plain", ""))
            elif kind == "execute_reply" or content.get("execution_state") == "idle":
                waiting.discard("reply" if kind == "execute_reply" else "idle")
        return "\n".join(shown)

    def own(self, path):
        """The address of something on the student's server."""
        return f"/user/{self.name}/{path}"

    def request(self, method, path, ok=(200, 201), **options):
        """Ask the hub or a server as this student. Another status than those in ok is an AssertionError."""
        options = {"headers": {"Authorization": f"token {self._token}"}, "timeout": PATIENCE, **options}
        answer = patient(429).request(method, self.classroom.url + path, allow_redirects=False, **options)
        assert answer.status_code in ok, f"{self.name}: {method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer

    def close(self):
        """Leave: the connection to the kernel is closed; the server goes on."""
        if self._channels:
            self._channels.close()


def patient(*later):
    """A session that asks again where nobody answers yet, or an answer's status means "later"; when, the answer may say."""
    session = requests.Session()
    retry = Retry(None, connect=PATIENCE, read=0, status=PATIENCE, status_forcelist=later, allowed_methods=None)
    retry.backoff_factor, retry.backoff_max, retry.raise_on_status = 0.5, 1, False
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


# What a class does


NOTEBOOK, EXERCISE = "notebooks/01_jacobians.ipynb", "jacobian_linear"
STUB = f'exercise("{EXERCISE}")'


def answer(body, words):
    """The cell of the exercise with an answer in it; words: a comment that is this student's alone."""
    return f"ex = {STUB}\n\n\ndef {EXERCISE}(A):\n    {body}  # {words}\n\n\nex.check({EXERCISE})"


def attend(student, bodies):
    """One student's lesson: come, run a notebook, give each of the answers, and save the last one in it.

    Returns {"first": seconds from the login to the first result, "all": to the end, "cards": what the answers were told}.
    """
    start = time.monotonic()
    student.log_in()
    student.start_server()
    notebook = student.open(NOTEBOOK)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    happened = {"cards": []}
    for cell in cells:
        if STUB not in cell["source"]:
            shown = student.run(cell["source"])
            if shown and "first" not in happened:
                happened["first"] = time.monotonic() - start
            continue
        for number, body in enumerate(bodies):
            cell["source"] = answer(body, f"attempt {number} of {student.name}")
            happened["cards"].append(student.run(cell["source"]))
    body = {"type": "notebook", "content": notebook}
    student.request("PUT", student.own(f"api/contents/{NOTEBOOK}"), json=body)
    return happened | {"all": time.monotonic() - start}
