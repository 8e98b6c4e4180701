"""The server extension: sockets that send at once, switched on wherever the requirements are installed."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyterlab.commands import get_app_dir
from jupyterlab_server.settings_utils import _get_overrides

from course_lib.server_extension import PromptConnection, _load_jupyter_server_extension


def server_with(connection):
    return SimpleNamespace(web_app=SimpleNamespace(settings={"kernel_websocket_connection_class": connection}))


def test_a_connection_sends_at_once_and_then_connects_as_the_servers_own_does(monkeypatch):
    calls = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: calls.append("connected") or "future")
    connection = object.__new__(PromptConnection)
    handler = SimpleNamespace(set_nodelay=lambda on: calls.append(("nodelay", on)))
    connection._trait_values = {"websocket_handler": handler}
    assert connection.connect() == "future"
    assert calls == [("nodelay", True), "connected"]


def test_it_takes_the_place_of_the_servers_own_class_and_of_no_other():
    server = server_with(ZMQChannelsWebsocketConnection)
    _load_jupyter_server_extension(server)
    assert server.web_app.settings["kernel_websocket_connection_class"] is PromptConnection
    another = server_with(SimpleNamespace)
    _load_jupyter_server_extension(another)
    assert another.web_app.settings["kernel_websocket_connection_class"] is SimpleNamespace


def test_installing_the_requirements_switches_it_on():
    command = [sys.executable, "-m", "jupyter", "server", "extension", "list"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "course_lib.server_extension" in said.stdout + said.stderr
    listed = [line for line in (said.stdout + said.stderr).splitlines() if "course_lib.server_extension" in line]
    assert any("OK" in line for line in listed)


def test_installing_the_requirements_keeps_the_state_of_views_and_asks_nobody_about_news():
    settings, problem = _get_overrides(str(Path(get_app_dir(), "settings")))
    assert problem == ""
    assert settings["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}
    news = settings["@jupyterlab/apputils-extension:notification"]
    assert news == {"fetchNews": "false", "checkForUpdates": False}
