"""The course for a class on one Linux machine: a JupyterHub whose students each have an account on it.

LECTURER.md, "How students get the course, and its updates", says how to start it. It runs as root, and starts each server
as its student. The environment and this folder must be readable by all accounts, and each home by its owner alone. Change
the lines below that are marked with "Change".
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
c = get_config()  # noqa: F821 - JupyterHub runs this file, and gives it

# Change: the address. Students come from other machines only over https: say where certificate and key are, or put a
# server with them in front.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
# c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = "/etc/ssl/class.crt", "/etc/ssl/class.key"

# Change: who may come. PAM asks for the password of the account on this machine; any authenticator of JupyterHub will do.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allow_all = True  # every account of this machine; or name them: c.Authenticator.allowed_users = {"ada"}

# The proxy in Python, from hub/requirements.txt: it needs no node. By itself it passes on ten requests at a time, and gives
# up after 20 s: too little when a class waits for its servers, as each waiting page holds one until its server is there.
PROXY = "from tornado.httpclient import AsyncHTTPClient as client; client.configure(None, max_clients=1000); "
PROXY += "from configurable_http_proxy.cli import main; main()"
c.ConfigurableHTTPProxy.command = [sys.executable, "-c", PROXY, "--proxy-timeout", "600000"]
# The hub's own secret and the list of its users stay in the folder that it is started in: nobody else may read them. Nor
# what the servers write, which the hub starts.
os.umask(0o077)

# Each server runs as its student's account. It brings the student's copy of the course up to date before it starts. -P: what
# lies in the student's folder is not taken for a module.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [sys.executable, "-P", str(HERE / "student_server.py")]
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.environment = {
    # Change, if students' copies come from another place: an address that git clones.
    "COURSE_REPOSITORY": HERE.parent.as_uri(),
    # One thread for each kernel: the matrices of the course are small, and a class needs the cores for each other.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}

# Change, if students do not trust each other: a domain for each, so that no page of one reaches another's server in a
# browser that is logged in (LECTURER.md says what it takes).
# c.JupyterHub.subdomain_host = "https://hub.example.org"

# When all come at once, so many servers start at a time; whoever comes then is told to come back in half a minute.
c.JupyterHub.concurrent_spawn_limit = 40
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
# What nobody has used for an hour or two frees its memory; the files and the answers stay.
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=3600", "--ServerApp.shutdown_no_activity_timeout=7200"]
# A kernel would send what it prints to a port, where everybody on this machine can listen. So it uses files in the home.
c.Spawner.args += ["--KernelManager.transport=ipc"]
