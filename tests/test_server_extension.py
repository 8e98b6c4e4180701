"""The server extension: sockets that send at once, switched on wherever the requirements are installed."""

from pathlib import Path
from types import SimpleNamespace

from jupyter_core.paths import jupyter_config_path
from jupyter_server.config_manager import BaseJSONConfigManager
from jupyter_server.extension.manager import ExtensionPackage
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyterlab.commands import get_app_dir
from jupyterlab_server.settings_utils import _get_overrides

from course_lib.server_extension import PromptConnection, _load_jupyter_server_extension


def test_a_connection_sends_at_once_and_then_connects_as_the_servers_own_does(monkeypatch):
    calls = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: calls.append("connected") or "future")
    connection = object.__new__(PromptConnection)
    handler = SimpleNamespace(set_nodelay=lambda on: calls.append(("nodelay", on)))
    connection._trait_values = {"websocket_handler": handler}
    assert connection.connect() == "future"
    assert calls == [("nodelay", True), "connected"]


def test_it_takes_the_place_of_the_servers_own_class_and_of_no_other():
    for own, taken in ((ZMQChannelsWebsocketConnection, PromptConnection), (SimpleNamespace, SimpleNamespace)):
        settings = {"kernel_websocket_connection_class": own}
        _load_jupyter_server_extension(SimpleNamespace(web_app=SimpleNamespace(settings=settings)))
        assert settings["kernel_websocket_connection_class"] is taken


def test_installing_the_requirements_switches_it_on():
    enabled = {}
    for folder in reversed(jupyter_config_path()):
        settings = BaseJSONConfigManager(config_dir=folder, read_directory=True).get("jupyter_server_config")
        enabled |= settings.get("ServerApp", {}).get("jpserver_extensions", {})
    assert enabled["course_lib.server_extension"] is True
    assert ExtensionPackage(name="course_lib.server_extension").validate()


def test_installing_the_requirements_keeps_the_state_of_views_and_asks_nobody_about_news():
    settings, problem = _get_overrides(str(Path(get_app_dir(), "settings")))
    assert problem == ""
    assert settings["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}
    news = settings["@jupyterlab/apputils-extension:notification"]
    assert news == {"fetchNews": "false", "checkForUpdates": False}
