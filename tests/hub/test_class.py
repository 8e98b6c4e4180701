"""Twenty students on one JupyterHub at the same time: each gets on, and nobody sees another's answers.

The hub is a real one, with the course's own configuration (hub/), and the students use it over the network.
"""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import zmq
from classroom import EXERCISE, NOTEBOOK, Classroom, answer, attend
from websocket import WebSocketBadStatusException

from course_lib.exercises.engine.store import Store

pytestmark = pytest.mark.slow
STUDENTS = 20
RIGHT, TURNED, DOUBLED = "return A.copy()", "return A.T", "return 2 * A"
PROGRESS = ".local/share/backprop_shape_by_shape"


def bodies(number):
    """The answers of a student: some need three attempts, some are never right."""
    return [[RIGHT], [TURNED, RIGHT], [DOUBLED], [TURNED, DOUBLED, RIGHT], [TURNED, TURNED]][number % 5]


def kept(student):
    """What the student's folder of progress holds: (exercise, status, mistakes, source)."""
    rows = Store(student.home / PROGRESS).rows()
    return [(row["exercise"], row["status"], " ".join(row["mistakes"]), row["source"]) for row in rows]


@pytest.fixture(scope="module")
def lesson():
    """(classroom, students, what happened to each), after all of them have worked at the same time."""
    if os.name == "nt":
        pytest.skip("JupyterHub does not run on Windows")  # elsewhere it has to
    classroom = Classroom()
    students = [classroom.student(number) for number in range(STUDENTS)]
    try:
        with ThreadPoolExecutor(STUDENTS) as threads:
            happened = list(threads.map(attend, students, map(bodies, range(STUDENTS))))
        yield classroom, students, happened
    finally:
        for student in students:
            student.close()
        running = classroom.processes()
        classroom.close()
    assert len(running) >= 2 * STUDENTS
    assert [process for process in running if process.is_running()] == []
    assert not classroom.folder.exists()


def test_everyone_gets_the_cards_of_their_own_answers_which_are_kept_with_no_others_and_counted(lesson):
    words = {RIGHT: "Correct", TURNED: "transpose", DOUBLED: "2"}
    mistakes = {RIGHT: "", TURNED: "transposed", DOUBLED: "factor_two"}
    for student, happened in zip(lesson[1], lesson[2], strict=True):
        given = bodies(student.number)
        for card, body in zip(happened["cards"], given, strict=True):
            assert words[body] in card and ("Correct" in card) == (body == RIGHT), (student.name, card)
        *columns, sources = zip(*kept(student), strict=True)
        statuses = ["correct" if body == RIGHT else "wrong" for body in given]
        assert [*map(list, columns)] == [[EXERCISE] * len(given), statuses, [mistakes[body] for body in given]]
        assert all(f"attempt {number} of {student.name}" in source for number, source in enumerate(sources))
        shown = student.run("from course_lib.exercises import progress\nprint(repr(progress()))")
        assert f"{int(RIGHT in given)} done, {int(RIGHT not in given)} tried" in shown
        (line,) = [line for line in shown.splitlines() if f" {EXERCISE} " in line]
        assert f"| {len(given)} " in line


def test_everyone_has_saved_their_own_copy_of_the_notebook(lesson):
    for student in lesson[1]:
        saved = (student.home / "backprop" / NOTEBOOK).read_text(encoding="utf-8")
        sources = ["".join(cell["source"]) for cell in json.loads(saved)["cells"]]
        last = len(bodies(student.number)) - 1
        assert answer(bodies(student.number)[last], f"attempt {last} of {student.name}") in sources
        assert sum("# attempt" in source for source in sources) == 1


def test_a_token_opens_nobody_elses_server_files_and_kernels(lesson):
    students = lesson[1]
    for one, other in zip(students, students[1:] + students[:1], strict=True):
        for path in ("api/status", f"api/contents/{NOTEBOOK}", f"files/{NOTEBOOK}", "api/kernels", "api/sessions"):
            one.request("GET", one.own(path), ok=(200,))
            one.request("GET", other.own(path), ok=(403, 404))
        one.request("GET", f"/hub/api/users/{other.name}", ok=(403, 404))
        one.request("DELETE", f"/hub/api/users/{other.name}/server", ok=(403, 404))
        one.request("DELETE", other.own(f"api/kernels/{other.kernel}"), ok=(403, 404))
        with pytest.raises(WebSocketBadStatusException, match="403"):
            one.connect(other.own(f"api/kernels/{other.kernel}/channels"))


def test_files_of_progress_and_homes_are_for_their_owner_alone(lesson):
    for student in lesson[1]:
        folder = student.home / PROGRESS
        for path in (student.home, student.home / "backprop", folder, *folder.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_what_a_kernel_says_cannot_be_heard_at_any_of_its_ports(lesson):
    """Whoever subscribes to the port that a kernel publishes at would see all that it prints."""
    classroom, (one, *_), _ = lesson
    (kernel,) = [each for each in classroom.processes() if f"kernel-{one.kernel}" in " ".join(each.cmdline())]
    ports = [found.laddr.port for found in kernel.net_connections("inet") if found.status == "LISTEN"]
    with zmq.Context() as context, context.socket(zmq.SUB) as listener:
        listener.subscribe(b"")
        listener.linger = 0
        for port in ports:
            listener.connect(f"tcp://127.0.0.1:{port}")
        for _ in range(5):  # a subscription takes a moment
            assert one.run("print('my answer')").strip() == "my answer"
            assert not listener.poll(200)
    for student in lesson[1]:
        assert stat.S_IMODE((student.home / ".course_run").stat().st_mode) & 0o077 == 0
