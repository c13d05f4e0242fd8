"""Starts a function as Lambda does, and waits for its first poll of the Runtime API."""

import http.server
import os
import subprocess
import threading
import time
from typing import Any

from trailmill_dev.endtoend.aws import STACK
from trailmill_dev.endtoend.world import World
from trailmill_dev.expect import expect
from trailmill_dev.ministack import KEY, REGION, SECRET

STARTS = 5


def milliseconds_to_first_poll(world: World, function: str) -> list[float]:
    """Each start is of a new process, with the environment the stack gives it."""
    configuration = world.aws.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
    bootstrap = world.folder / "bootstraps" / function / "bootstrap"
    return [one_start(str(bootstrap), world.server.url, configuration) for _ in range(STARTS)]


def one_start(bootstrap: str, url: str, configuration: dict[str, Any]) -> float:
    """From the spawn of the process to its request for an invocation."""
    polled = threading.Event()
    ended = threading.Event()

    class RuntimeApi(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            polled.set()
            ended.wait()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"], "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"], "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]), "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": url,
            **configuration["Environment"]["Variables"],
        }  # fmt: skip
        started = time.monotonic()
        process = subprocess.Popen(
            [bootstrap], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        came = polled.wait(10)
        milliseconds = (time.monotonic() - started) * 1000
        process.kill()
        process.wait()
        ended.set()
        server.shutdown()
    expect(came, f"{configuration['FunctionName']} asked for no invocation within 10 s of its start")
    return milliseconds
