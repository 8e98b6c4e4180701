"""A shell for the tests that run cells in their own process."""

import atexit
from contextlib import contextmanager

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


@contextmanager
def fresh_shell():
    """A new IPython shell. Of itself it would live until Python ends, and make that take a sixth of a second more."""
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    try:
        yield shell
    finally:
        atexit.unregister(shell.atexit_operations)
