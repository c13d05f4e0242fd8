"""The server that stands for AWS: ministack, on a free port of 127.0.0.1, in a process that is stopped by its id."""

import contextlib
import pathlib

from trailmill_dev.local_server import LocalServer, free_ports

REGION = "us-east-1"
# with AUTH ministack checks signatures, and each call against the policies of who makes it; a number for a key is the
# root user of that account
ACCOUNT = "000000000000"
KEY, SECRET = ACCOUNT, "test"


class Ministack(LocalServer):
    """One server, and its log, which has what the functions print."""

    def __init__(self, folder: pathlib.Path, *, auth: bool = True, services: str = "") -> None:
        """Starts it below a folder, with some services alone (`s3,sqs`) or with all of them."""
        port = str(free_ports(1)[0])
        url = f"http://127.0.0.1:{port}"
        environment = {
            "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "GATEWAY_PORT": port, "AWS_ENDPOINT_URL": url,
            "MINISTACK_REGION": REGION, "AWS_SECRET_ACCESS_KEY": SECRET, "AUTH": str(auth).lower(),
            "ATHENA_ENGINE": "duckdb", "LOG_LEVEL": "INFO", **({"SERVICES": services} if services else {}),
        }  # fmt: skip
        super().__init__("ministack", folder, url, environment=environment, health="/_ministack/health")

    def children(self, function: str) -> list[int]:
        """The ids of the processes that it runs for a function."""
        found = []
        wanted = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == self.process.pid and wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found
