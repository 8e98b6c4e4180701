"""The cluster of notebook 15: nobody else can send it code, and where its packages are missing the notebook says so.

That its processes' parts add up, and that a killed worker changes no result, the notebook itself shows when nbval runs it.
"""

import importlib.util

import pytest
from test_notebooks import code_cells, read

CELLS = code_cells(read("15_scale"))
(START,) = [cell.source for cell in CELLS if "Client(" in cell.source]


def run_start():
    names = {}
    exec(START, names)  # noqa: S102 - the notebook's own cell
    return names["client"]


@pytest.mark.slow
def test_who_knows_only_the_address_cannot_send_code():
    distributed = pytest.importorskip("distributed")
    client = run_start()
    try:
        address = client.scheduler.address
        assert address.startswith("tls://")
        for known in (address, address.replace("tls://", "tcp://")):
            with pytest.raises((OSError, TypeError)):
                distributed.Client(known, timeout=10, set_as_default=False)
        assert client.submit(lambda: "done").result() == "done"
    finally:
        client.close()


@pytest.mark.parametrize("missing", ["distributed", "cryptography"])
def test_where_a_package_is_missing_the_notebook_says_how_to_install_it(missing, monkeypatch, capsys):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    assert run_start() is None
    assert "python -m pip install distributed cryptography" in capsys.readouterr().out


def test_every_cell_that_uses_the_cluster_is_left_out_where_it_is_missing():
    users = [cell for cell in CELLS if "client" in cell.source]
    assert users and all("needs-distributed" in cell.metadata.get("tags", ()) for cell in users)
