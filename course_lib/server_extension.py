"""A Jupyter server extension: what a kernel says reaches the browser at once.

A reply to a widget is three small messages, of which TCP holds the second back until the first is acknowledged (Nagle's
algorithm), and a browser acknowledges late: a slider then waits some 40 ms for nothing. pyproject.toml installs the
switch that turns this extension on, in the environment's folder etc/jupyter; without it everything works, but slower.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection between a browser and a kernel, with Nagle's algorithm off."""

    def connect(self):
        """Connect as the server does, on a socket that sends at once."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _load_jupyter_server_extension(server):
    """Called by the server when it starts. A connection class that somebody has set already stays."""
    settings = server.web_app.settings
    if settings.get("kernel_websocket_connection_class") is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptConnection


def _jupyter_server_extension_points():
    """Where the server finds this extension."""
    return [{"module": "course_lib.server_extension"}]
