"""Runs a function's `bootstrap` under AWS' Lambda runtime emulator, as `sam local` does, but without a container."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def emulator() -> str:
    """The emulator's path: `LAMBDA_RIE`, or the one that the SAM CLI brings."""
    if given := os.environ.get("LAMBDA_RIE"):
        return given
    sam = shutil.which("sam")
    python = Path(sam).read_text().splitlines()[0].removeprefix("#!") if sam else None
    if not python:
        raise SystemExit("neither LAMBDA_RIE is set nor `sam` installed: pip install aws-sam-cli")
    where = "import samcli, pathlib; print(pathlib.Path(samcli.__file__).parent / 'local/rapid/aws-lambda-rie-x86_64')"
    return subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as taken:
        sockets = [taken.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Function(contextlib.AbstractContextManager):
    """A function in the emulator. What it and the emulator write is in `log()`."""

    def __init__(self, name: str, bootstrap: Path, environment: dict[str, str]):
        self.name = name
        self._output = tempfile.TemporaryFile()
        here, api = free_ports(2)
        self._url = f"http://127.0.0.1:{here}/2015-03-31/functions/function/invocations"
        # Both addresses: the defaults are open to the network.
        addresses = [
            "--runtime-interface-emulator-address", f"127.0.0.1:{here}",
            "--runtime-api-address", f"127.0.0.1:{api}",
        ]
        # Nothing of this shell's: a function that needs a variable must be given it.
        self._process = subprocess.Popen(
            [emulator(), *addresses, str(bootstrap)],
            env={"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_TIMEOUT": "900", **environment},
            stdout=self._output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )
        self._wait_for(here)

    def _wait_for(self, port: int) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"the emulator of {self.name} did not start:\n{self.log()}")

    def invoke(self, event: object) -> object:
        """The function's answer to an event. Init happens at the first."""
        request = urllib.request.Request(self._url, json.dumps(event).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except (urllib.error.URLError, ValueError) as error:
            raise SystemExit(f"{self.name} did not answer: {error}\n{self.log()}") from error

    def init_milliseconds(self) -> float:
        """How long init took, from the emulator's report."""
        return float(re.findall(r"INIT REPORT\(durationMs: ([0-9.]+)\)", self.log())[0])

    def log(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()
