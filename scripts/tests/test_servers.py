"""Local servers: their ports, their answers, how they end; and what is read of microburst's metrics."""

import http.server
import pathlib
import stat
import threading
from collections.abc import Iterator

import pytest

from trailmill_dev import local_server
from trailmill_dev.checks.servers import FAULT_KINDS, FAULTS, faults_counted, without
from trailmill_dev.expect import Failed
from trailmill_dev.local_server import LocalServer, ask, bare_environment, free_ports

METRICS = """\
# TYPE microburst_faults_total counter
microburst_faults_total{service="s3",operation="GetObject",action="reset"} 2
microburst_faults_total{service="s3",operation="PutObject",action="reset"} 3
microburst_faults_total{service="s3",operation="PutObject",action="error:SlowDown"} 1
microburst_requests_total{service="s3"} 100
"""

SERVER = """\
#!/bin/sh
echo "started with $SAID"
exec {python} -m http.server --bind 127.0.0.1 {port}
"""


def test_faults_are_counted_by_kind() -> None:
    assert faults_counted(METRICS) == {"reset": 5, "error:SlowDown": 1}


def test_every_kind_of_fault_is_asked_for() -> None:
    kinds = set()
    for _, _, faults in FAULTS:
        for fault in faults:
            ((kind, value),) = fault.items()
            kinds.add(
                f"error:{value['code']}" if kind == "error" else kind if value is True else f"{kind}:{next(iter(value))}"
            )
    assert {kind.replace(":abort_frac", ":abort") for kind in kinds} == FAULT_KINDS


def test_flags_leave_out_checks() -> None:
    assert without(["a", "b"]) == ["--without=a", "--without=b"]


def test_ports_are_different() -> None:
    assert len(set(free_ports(20))) == 20


def test_an_environment_has_nothing_of_the_callers_but_the_path(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    environment = bare_environment(tmp_path, MORE="1")
    assert environment.keys() == {"PATH", "HOME", "TMPDIR", "MORE"}


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers /fine, and an error to all else."""

    def do_GET(self) -> None:
        """Answers."""
        self.send_response(200 if self.path == "/fine" else 503)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        """Prints nothing."""


@pytest.fixture
def answering() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_error_is_an_answer_and_a_proxy_is_not_asked(answering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert ask(f"{answering}/fine") == "/fine"
    assert ask(f"{answering}/broken") == "/broken"


def program(folder: pathlib.Path, text: str) -> None:
    """Writes a program into a folder that stands for the venv's."""
    path = folder / "server"
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_a_server_answers_and_ends(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (port,) = free_ports(1)
    monkeypatch.setattr(local_server, "BIN", tmp_path)
    program(tmp_path, SERVER.format(python=sys.executable, port=port))
    (tmp_path / "home").mkdir()
    server = LocalServer("server", tmp_path / "home", f"http://127.0.0.1:{port}", environment={"SAID": "hello"})
    try:
        server.answered()
        assert "started with hello" in server.tail()
        assert server.tail(3) == server.tail()[-3:]
    finally:
        server.stop()
    assert server.process.returncode is not None


def test_a_server_that_ends_by_itself_is_an_error_with_its_log(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "BIN", tmp_path)
    program(tmp_path, "#!/bin/sh\necho no licence\nexit 1\n")
    (tmp_path / "home").mkdir()
    server = LocalServer("server", tmp_path / "home", f"http://127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(Failed, match="no licence"):
        server.answered()
    server.stop(patience=0)
