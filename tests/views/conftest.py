"""What a reader has chosen in a view is kept while the process lives; here, each test begins anew."""

import pytest

from course_lib.views.shared import view


@pytest.fixture(autouse=True)
def nothing_chosen():
    view._chosen.clear()
