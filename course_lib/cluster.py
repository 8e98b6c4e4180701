"""A cluster of real processes by dask.distributed, which is optional: start it, lose a worker, count what is sent.

What the workers compute stands in notebook 09. Here is what it needs besides: an answer where dask.distributed is
missing or cannot start, a worker's process that ends without a goodbye, and dask's own counters of bytes.
"""

import asyncio
import gc
import logging
import os
import re
import signal
import time
from numbers import Integral

import numpy as np

_PATIENCE = 60  # seconds until a start, a connection or the end of a process counts as failed
_STARTED = []  # the Client of the cluster that was started here last, if any
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one signal, which no process can refuse either


def connect(address=None, workers=3):
    """A dask Client with so many workers on this machine, each a process with one thread, or of a cluster that runs.

    address: None, or that of a running cluster's scheduler, "tcp://scheduler:8786". `client.close()` ends what was
    started here, as does the next start, and leaves a cluster that ran before. Prints why and returns None where
    dask.distributed is missing, or there is no cluster after a minute. Raises TypeError or ValueError for another
    address or number of workers.
    """
    if address is not None and not isinstance(address, str):
        raise TypeError(f"connect(address, workers): address is {address!r}, expected None or text, 'tcp://host:8786'")
    if address is not None and not re.fullmatch(r"(tcp|tls)://.+:\d+", address):
        raise ValueError(f"connect(address, workers): address is {address!r}, expected a form like 'tcp://host:8786'")
    if isinstance(workers, bool) or not isinstance(workers, Integral) or workers < 1:
        raise ValueError(f"connect(address, workers): workers is {workers!r}, expected a whole number, at least 1")
    try:
        from dask import config
        from distributed import Client
    except ImportError:
        print(
            "dask.distributed is not installed, so the cells of this section do nothing. It comes with "
            "requirements.txt, or alone: python -m pip install distributed"
        )
        return None
    gc.collect()  # a client that failed half-way waits, where it is collected, for the thread that now starts
    try:
        if address is not None:
            return Client(address, timeout=_PATIENCE)
        while _STARTED:
            _STARTED.pop().close()
        # On a busy machine a lost worker's successor takes longer than the 15 seconds after which dask gives its place up.
        # dask reads this when the worker is lost, so it is set for the whole process.
        config.set({"distributed.deploy.lost-worker-timeout": _PATIENCE})
        _STARTED.append(
            Client(
                n_workers=int(workers),
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                death_timeout=_PATIENCE,
            )
        )
        return _STARTED[0]
    except (OSError, RuntimeError) as error:  # TimeoutError is an OSError
        print(f"There is no cluster, so the cells of this section do nothing. What dask says: {error}")
        return None


def addresses(client):
    """The addresses of the workers that the client's scheduler knows, a list."""
    return list(client.scheduler_info(n_workers=-1)["workers"])


def kill(client, address):
    """End a worker's process by SIGKILL, without a goodbye, as if its machine had failed; return its process id.

    Returns when the process is no more. A worker that dask started itself is then started anew, under another address.
    Raises ValueError if no worker has this address, TimeoutError if the process lives on.
    """
    if address not in (known := addresses(client)):
        raise ValueError(f"kill(client, address): address is {address!r}, expected one of {known}")
    pid = client.run(os.getpid, workers=[address])[address]
    client.run(os.kill, pid, _KILL, workers=[address], on_error="ignore")  # no answer can come
    end = time.monotonic() + _PATIENCE
    while address in addresses(client) or any(client.run(_lives, pid, on_error="ignore").values()):
        if time.monotonic() > end:
            raise TimeoutError(f"kill(client, address): process {pid} of {address} lives on after {_PATIENCE} seconds")
        time.sleep(0.01)
    return pid


def traffic(client):
    """The bytes sent so far from the scheduler to all workers with their tasks, and from all workers with results.

    An array of shape (2,), by dask's counters of what was written to the connections. What a worker that is gone has
    sent is no longer in it.
    """
    down = client.run_on_scheduler(_written_to_workers)
    return np.array([down, sum(client.run(_written_with_results).values())])  # (2,)


def _lives(pid):
    """Whether the process runs on this machine. One that has ended and that nobody has asked about yet does not."""
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _written_to_workers(dask_scheduler):
    return sum(stream.byte_count for stream in dask_scheduler.stream_comms.values())


async def _written_with_results(dask_worker):
    while dask_worker.transfer_outgoing_count:  # what is on its way is not counted yet
        await asyncio.sleep(0.001)
    return sum(sent["compressed"] for sent in dask_worker.transfer_outgoing_log)
