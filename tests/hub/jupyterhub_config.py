"""The course's own JupyterHub configuration, with what a test needs instead of accounts: never use this for a class.

Whoever knows CLASS_PASSWORD comes in under any name; homes are folders in CLASS_FOLDER.
"""

import os
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

FOLDER = Path(os.environ["CLASS_FOLDER"])
c = get_config()  # noqa: F821 - JupyterHub runs this file, and gives it
load_subconfig(str(Path(__file__).parents[2] / "hub" / "jupyterhub_config.py"))  # noqa: F821


class StudentSpawner(SimpleLocalProcessSpawner):
    """Starts a student's server in a home of its own."""

    def make_preexec_fn(self, name):
        os.makedirs(self.home_dir, 0o700, exist_ok=True)

        def preexec():
            os.umask(0o022)  # what most accounts have: what is private must not depend on it
            os.chdir(self.home_dir)

        return preexec


c.JupyterHub.spawner_class = StudentSpawner
c.Spawner.environment["COURSE_REPOSITORY"] = (FOLDER / "course").as_uri()
c.Spawner.args = [*c.Spawner.args, "--allow-root"]
c.SimpleLocalProcessSpawner.home_dir_template = str(FOLDER / "homes" / "{username}")
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASS_PASSWORD"]
c.JupyterHub.bind_url = f"http://127.0.0.1:{os.environ['CLASS_PORT']}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['CLASS_HUB_PORT']}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['CLASS_PROXY_PORT']}"
