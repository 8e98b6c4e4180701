"""Small matrix products in one thread: a second one saves little, and waits for its turn where the cores are busy."""

import functools

from threadpoolctl import ThreadpoolController


def one_thread():
    """A context in which numpy's matrix products run in one thread.

    On two busy cores a pass through 20 layers of 64 units then takes 10 ms in place of 100 and more.
    """
    return _controller().limit(limits=1, user_api="blas")


@functools.cache
def _controller():
    """Found once: it looks through all libraries that are loaded."""
    return ThreadpoolController()
