"""Real processes: they start or it is said why not, a lost worker changes no result, and bytes are counted as sent."""

import gc
import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

import dask
import distributed
import nbformat
import numpy as np
import psutil
import pytest
from nbclient import NotebookClient

from course_lib import cluster
from course_lib.activations import relu, tanh
from course_lib.cluster import addresses, connect, kill, traffic
from course_lib.losses import mse
from course_lib.network import Network
from course_lib.regularizers import l2

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def client():
    client = connect(workers=2)
    yield client
    client.close()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The functions that notebook 09 sends to its workers; as there, they are sent with their code."""
    cells = nbformat.read(ROOT / "notebooks" / "09_speed_and_scale.ipynb", as_version=4).cells
    path = tmp_path_factory.mktemp("notebook") / "cell.py"
    path.write_text(next(cell.source for cell in cells if "def weighted_gradient" in cell.source), encoding="utf-8")
    return runpy.run_path(str(path), run_name="__main__")


def parallel_gradient(client, notebook, network, X, T, shards):
    tasks = [
        client.submit(notebook["weighted_gradient"], network, (X[rows], T[rows]), len(rows) / len(X), pure=False)
        for rows in shards
    ]
    return sum(client.gather(tasks))


def batch(m):
    rng = np.random.default_rng(m)
    return rng.standard_normal((m, 5)), rng.standard_normal((m, 3))


def no_port(*_):
    raise PermissionError(13, "no port for you")


# A start, or the reason why there is none


def test_the_module_is_imported_without_dask():
    program = "import course_lib.cluster, sys; print('distributed' in sys.modules, 'dask' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]


def test_where_dask_is_missing_it_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert connect() is None
    said = capsys.readouterr().out
    assert "pip install distributed" in said and "requirements.txt" in said


def test_where_no_port_can_be_opened_it_says_so_and_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(socket.socket, "bind", no_port)
    assert connect() is None
    assert "no port for you" in capsys.readouterr().out


def test_where_no_scheduler_answers_it_says_so_and_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert connect(address) is None
    assert address in capsys.readouterr().out


@pytest.mark.slow
def test_a_start_after_one_that_failed_half_way_is_not_held_up(monkeypatch, capsys):
    """The client that failed closes when it is collected, which waits for the thread of the start that is under way."""
    loop_factory = distributed.utils.get_loop_factory

    def in_the_thread_that_starts():
        gc.collect()
        return loop_factory()

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "bind", no_port)
        assert connect(workers=1) is None
    monkeypatch.setattr(distributed.utils, "get_loop_factory", in_the_thread_that_starts)
    started = connect(workers=1)
    assert len(addresses(started)) == 1
    started.close()


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "3", None])
def test_a_wrong_number_of_workers_is_named(workers):
    with pytest.raises(ValueError, match="workers is .*expected a whole number, at least 1"):
        connect(workers=workers)


@pytest.mark.parametrize("address", [8786, ("scheduler", 8786), True])
def test_a_wrong_address_is_named(address):
    with pytest.raises(TypeError, match="address is .*expected None or text"):
        connect(address)


@pytest.mark.parametrize("address", ["scheduler", "scheduler:8786", "tcp://scheduler", "http://scheduler:8786", ""])
def test_text_that_is_no_address_is_named(address):
    with pytest.raises(ValueError, match="address is .*expected a form like 'tcp://host:8786'"):
        connect(address)


@pytest.mark.slow
def test_the_workers_are_processes_with_one_thread_each(client):
    pids = client.run(os.getpid)
    assert sorted(pids) == sorted(addresses(client)) and len({*pids.values(), os.getpid()}) == 3
    assert [each["nthreads"] for each in client.scheduler_info(n_workers=-1)["workers"].values()] == [1, 1]


@pytest.mark.slow
def test_a_client_of_a_running_cluster_leaves_it_running(client):
    other = connect(client.scheduler.address)
    assert addresses(other) == addresses(client)
    other.close()
    assert client.submit(max, 2, 3).result(timeout=60) == 3


# The gradient


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[13], [6, 7], [1, 12], [10, 1, 2], [3, 4, 5, 1]])
def test_shards_of_any_sizes_give_the_gradient_of_the_batch(sizes, client, notebook):
    X, T = batch(13)
    network = Network([5, 7, 3], tanh, mse, l2, lam=0.3, seed=1)  # the weights m_s/m add up to 1, so lam counts once
    shards = np.split(np.arange(13), np.cumsum(sizes)[:-1])
    whole = notebook["vector"](network.loss_and_gradients(X, T)[1])
    found = parallel_gradient(client, notebook, network, X, T, shards)
    assert np.allclose(found, whole, rtol=0, atol=1e-14) and found.shape == (network.n_parameters,)


@pytest.mark.slow
def test_in_float32_too(client, notebook):
    X, T = batch(11)
    network = Network([5, 7, 3], relu, mse, seed=1, dtype="float32")
    whole = notebook["vector"](network.loss_and_gradients(X, T)[1])
    found = parallel_gradient(client, notebook, network, X, T, np.array_split(np.arange(11), 3))
    assert found.dtype == np.float32 and np.allclose(found, whole, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_a_shard_without_samples_is_refused_in_words_that_come_back_from_the_worker(client, notebook):
    X, T = batch(2)
    with pytest.raises(ValueError, match="O is empty"):
        parallel_gradient(
            client, notebook, Network([5, 3], relu), X, T, np.array_split(np.arange(2), 3)
        )  # more than samples


@pytest.mark.slow
def test_a_network_on_a_worker_is_a_copy(client):
    network = Network([5, 3], relu, seed=1)
    before = network.parameters[0][0].copy()
    client.submit(Network.sgd_step, network, *batch(7), 0.5, pure=False).result(timeout=60)
    assert np.array_equal(network.parameters[0][0], before)


# Bytes


@pytest.mark.slow
def test_traffic_counts_the_bytes_of_arguments_down_and_of_results_up(client):
    array = np.random.default_rng(0).standard_normal(10**5)
    before = traffic(client)
    result = client.submit(np.negative, array, pure=False).result(timeout=60)
    down, up = traffic(client) - before
    assert np.array_equal(result, -array)
    assert array.nbytes <= down < 1.02 * array.nbytes and array.nbytes <= up < 1.02 * array.nbytes


@pytest.mark.slow
def test_what_stays_with_a_worker_is_not_sent(client):
    before = traffic(client)
    kept = client.submit(np.ones, 10**6, pure=False)
    assert client.submit(np.sum, kept, pure=False).result(timeout=60) == 10**6
    assert max(traffic(client) - before) < 10**4


# A lost worker


@pytest.mark.slow
def test_a_killed_worker_is_gone_and_what_it_held_is_made_again(client):
    held = client.submit(np.arange, 7, workers=addresses(client)[:1], allow_other_workers=True, pure=False)
    assert held.result(timeout=60).sum() == 21
    (holder,) = client.who_has(held)[held.key]
    process = client.run(os.getpid)[holder]
    assert kill(client, holder) == process
    assert holder not in addresses(client) and process not in client.run(os.getpid).values()
    assert not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    assert client.submit(np.sum, held, pure=False).result(timeout=60) == 21
    client.wait_for_workers(2, timeout=60)  # dask starts another


@pytest.mark.slow
def test_an_address_of_no_worker_is_named_and_nobody_is_killed(client):
    before = client.run(os.getpid)
    with pytest.raises(ValueError, match=r"address is 'tcp://127.0.0.1:1', expected one of \['tcp:"):
        kill(client, "tcp://127.0.0.1:1")
    assert client.run(os.getpid) == before


@pytest.mark.slow
def test_the_next_start_ends_the_cluster_before_and_closing_ends_the_last(client):
    first = list(client.run(os.getpid).values())
    second = connect(workers=1)
    later = list(second.run(os.getpid).values())
    assert len(later) == 1 and [pid for pid in first if psutil.pid_exists(pid)] == []
    second.close()
    assert [pid for pid in later if psutil.pid_exists(pid)] == []


@pytest.mark.slow
def test_the_place_of_a_lost_worker_is_kept_until_its_successor_has_started():
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "0.1s"}):  # no process starts in that time
        started = connect(workers=2)
        kill(started, addresses(started)[0])
        started.wait_for_workers(2, timeout=30)
        started.close()


# Without dask


@pytest.mark.slow
def test_without_dask_the_notebook_runs_and_says_what_is_missing():
    """Its first cell, the two sections of the cluster, and its table: no error, no check of those sections."""
    cells = nbformat.read(ROOT / "notebooks" / "09_speed_and_scale.ipynb", as_version=4).cells
    start, end = (
        next(k for k, cell in enumerate(cells) if cell.source.startswith(heading))
        for heading in ("## 11. A cluster", "## Predict first")
    )
    code = [cell for cell in cells[start:end] if cell.cell_type == "code"]
    first = next(cell for cell in cells if cell.cell_type == "code")
    missing = nbformat.v4.new_code_cell("import sys\n\nsys.modules['distributed'] = None")
    notebook = nbformat.v4.new_notebook(cells=[first, missing, *code, cells[-1]])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": ROOT / "notebooks"}}).execute()
    said = [output.get("text", "") for cell in code for output in cell.outputs]
    assert "pip install distributed" in said[0] and not any("holds" in text for text in said)
    assert "cluster" not in str(notebook.cells[-1].outputs)
