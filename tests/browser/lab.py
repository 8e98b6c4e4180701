"""A real JupyterLab whose notebooks a headless Chromium opens: for what is about JupyterLab itself, and for the benchmark.

Everything it writes lies in one temporary folder, its home directory included; closing ends every process.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import requests
from chromium import PATIENCE, Chromium, notebook_of

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
OF_THE_USER = ("JUPYTER", "IPYTHON", "XDG_", "COURSE_")  # how variables of the environment begin that are not passed on

# JupyterLab as the requirements install it (environment/), but it draws every cell at once.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}

# The notebook in front, once it is drawn and its kernel waits for work.
IS_IDLE = """() => {
  const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(e => e.textContent);
  return kernel?.status === 'idle' && kernel.connectionStatus === 'connected' && !prompts.some(p => p.includes('*'));
}"""
# Each output that is a widget has content. (While a view is being fetched, its output holds text, but no element.)
IS_DRAWN = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell => {
  const area = cell.outputArea;
  return !area || area.widgets.every((output, i) =>
    !('application/vnd.jupyter.widget-view+json' in area.model.get(i).data)
    || output.node.querySelector('.jp-OutputArea-output > *')?.innerHTML);
})"""

FAILED_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(cell =>
  [...(cell.model.outputs ? cell.model.outputs.toJSON() : [])].filter(o => o.output_type === 'error')
    .map(o => `${o.ename}: ${o.evalue}`))"""


class Lab:
    """One JupyterLab server, whose notebooks a `Chromium` opens one after another: the one given, or one of its own."""

    def __init__(self, browser=None):
        self._home = Path(tempfile.mkdtemp(prefix="lab-"))
        self._count, self._server, self._browser, self._own = 0, None, browser, None
        try:
            self._start_server()
            if browser is None:
                self._browser = self._own = Chromium()
            self._wait_for_server()
        except BaseException:
            self.close()
            raise

    # What the tests call

    def open(self, *cells, **options):
        """Open a new notebook of these code cells, see `open_notebook`."""
        return self.open_notebook(notebook_of(*cells), **options)

    def open_notebook(self, notebook, theme="light", run=True, files=False, **context):
        """Open a copy of a notebook (an nbformat node), run it unless told not to, and return its page once it is drawn.

        The page has and takes what that of `Chromium.new_page` does. A cell that fails is an AssertionError.
        files: in the whole JupyterLab with its file browser, and not alone.
        """
        self._count += 1
        name = f"notebook_{self._count}.ipynb"
        nbformat.write(notebook, self.root / name)
        body = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        self._api("sessions", "POST", json=body)  # its kernel starts meanwhile
        page = self.new_page(**{"color_scheme": theme, **context})
        page.goto(f"{self.url}/{'lab' if files else 'doc'}/tree/{name}?token={self._token}&reset", wait_until="commit")
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.model", timeout=PATIENCE * 1000)
        self._change_theme(page, THEMES[theme])
        self.wait_until_idle(page)
        if run:
            self.run_all(page)
        return page

    def new_page(self, **context):
        """An empty page, see `Chromium.new_page`, which may ask the server."""
        return self._browser.new_page(port=self._port, **context)

    def command(self, page, identity, arguments=None):
        """Carry out one of JupyterLab's commands, such as `notebook:run-all-cells`, and return what it gives."""
        return page.evaluate(
            "async ([id, args]) => { const r = await window.jupyterapp.commands.execute(id, args);"
            " return r === null || typeof r !== 'object' ? r : undefined }",
            [identity, arguments or {}],
        )

    def run_all(self, page):
        """Run all cells, and wait until the kernel is idle and every widget is drawn."""
        self.command(page, "notebook:run-all-cells")
        self.wait_until_idle(page)
        failed = page.evaluate(FAILED_CELLS)
        assert not failed, f"a cell failed: {failed}"
        page.wait_for_function(IS_DRAWN)

    def run_cell(self, page, index):
        """Run one cell, counted from 0, and return the locator of its outputs once the kernel is idle."""
        page.evaluate("i => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", index)
        self.command(page, "notebook:run-cell")
        self.wait_until_idle(page)
        return page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea-output")

    def run_until(self, page, index, text):
        """Run one cell, again if need be, until it prints the text: a view's last change may be on its way to Python."""
        end = time.monotonic() + PATIENCE / 3
        while text not in (printed := "\n".join(self.run_cell(page, index).all_inner_texts())):
            assert time.monotonic() < end, f"the cell printed {printed!r}, expected {text!r}"

    def restart(self, page):
        """Restart the notebook's kernel, without running anything."""
        page.evaluate("async () => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.wait_until_idle(page)

    def clear_outputs(self, page):
        """Clear the outputs of all cells."""
        self.command(page, "notebook:clear-all-cell-outputs")
        page.wait_for_function("() => !document.querySelector('.jp-OutputArea-output')")

    def wait_until_idle(self, page):
        """Wait until the kernel of the notebook in front has nothing more to do."""
        page.wait_for_function(IS_IDLE, timeout=PATIENCE * 1000)

    def end_test(self):
        """Close all pages and end all kernels, and return what went wrong; the server and the browser stay."""
        wrong = self._browser.close_pages()
        for session in self._api("sessions"):
            self._api(f"sessions/{session['id']}", "DELETE")
        return wrong

    def close(self):
        """End its own browser, the server and its kernels, and remove the temporary folder."""
        try:
            if self._own:
                self._own.close()
        finally:
            if self._server:
                self._stop_server()
            shutil.rmtree(self._home, ignore_errors=True)

    # The server

    @property
    def root(self):
        """The folder whose notebooks JupyterLab shows."""
        return self._home / "root"

    @property
    def url(self):
        """The server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def _environment(self):
        """The environment without the user's settings, and with a home that is thrown away."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_USER)}
        own |= {name: str(self._home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
        own |= {name: str(self._home / name.lower()) for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")}
        own |= {"HOME": str(self._home), "USERPROFILE": str(self._home), "TQDM_DISABLE": "1"}
        return own | {"COURSE_PROGRESS": str(self._home / "progress.sqlite3")}

    def _start_server(self):
        environment = self._environment()
        for name, values in SETTINGS.items():
            path = Path(environment["JUPYTER_CONFIG_DIR"], "lab", "user-settings", f"{name}.jupyterlab-settings")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        self.root.mkdir()
        self._log = self._home / "server.log"
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=200"]
        options += ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
        options += ["--ServerApp.shutdown_no_activity_timeout=1800"]  # should this process be killed before it ends it
        command = [sys.executable, "-m", "jupyterlab", *options]
        with self._log.open("wb") as log:
            into = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self._server = subprocess.Popen(command, cwd=self.root, env=environment, start_new_session=True, **into)

    def _wait_for_server(self):
        """Learn from the server's own file which port and token it has, and wait until it answers."""
        info = Path(self._environment()["JUPYTER_RUNTIME_DIR"], f"jpserver-{self._server.pid}.json")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._server.poll() is None:
            try:
                served = json.loads(info.read_text(encoding="utf-8"))
                self._port, self._token = served["port"], served["token"]
                self._api("status")
                return
            except (FileNotFoundError, json.JSONDecodeError, requests.ConnectionError):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._server.wait(timeout=0.1)
        raise RuntimeError("JupyterLab did not start:\n" + self._log.read_text(encoding="utf-8", errors="replace"))

    def _stop_server(self):
        self._server.terminate()  # it ends its kernels
        try:
            self._server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _api(self, path, method="GET", **options):
        headers = {"Authorization": f"token {self._token}"}
        answer = requests.request(method, f"{self.url}/api/{path}", headers=headers, timeout=PATIENCE, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _change_theme(self, page, name):
        self.command(page, "apputils:change-theme", {"theme": name})
        page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
