"""The sandbox bank as a process: it leaves when it is told to, whatever it waits for."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from joserfc.jwk import ECKey

from config.home import ROOT

# Far less than the bank waits for an answer, or the supervisor for a process.
AT_ONCE_SECONDS = 5


def facts(path: Path, url: str) -> Path:
    """Write down a bank that asks its lender without a pause."""
    told = {
        "key": ECKey.generate_key("P-256").as_dict(private=True), "kid": "k", "client_id": "bank",
        "url": url, "behaviour": "approve", "book": str(path / "book.json"), "seconds": 0,
    }  # fmt: skip
    file = path / "facts.json"
    file.write_text(json.dumps(told))
    return file


def test_leaves_at_once_while_a_lender_keeps_it_waiting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as lender:
        lender.settimeout(60)
        url = f"http://127.0.0.1:{lender.getsockname()[1]}"
        command = [sys.executable, "-m", "partners.management.sandbox"]
        with subprocess.Popen([*command, str(facts(tmp_path, url))], cwd=ROOT) as bank:
            calling, _address = lender.accept()
            with calling:
                assert calling.recv(4)
                began = time.monotonic()
                bank.send_signal(signal.SIGTERM)
                try:
                    code = bank.wait(AT_ONCE_SECONDS)
                finally:
                    bank.kill()

    assert code == 0
    assert time.monotonic() - began < AT_ONCE_SECONDS
