"""`wanflow emulator` serves until it is stopped, and says where on its first line."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.cli.running import environment, wanflow


def test_the_first_line_is_the_base_url_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "wanflow", "emulator", "--port", "0", "--ledger", "ledger.jsonl"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    base = process.stdout.readline().strip()
    key = {"Authorization": "Bearer sk-test"}
    request = urllib.request.Request(f"{base}/tasks/none", headers=key)  # noqa: S310 # loopback
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 # loopback
        task = json.load(answer)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)

    assert base.startswith("http://127.0.0.1:")
    assert task["output"]["task_status"] == "UNKNOWN"
    assert process.returncode == 0
    assert "Traceback" not in err


def test_faults_are_listed_and_wrong_options_named(tmp_path: Path) -> None:
    listed = wanflow("emulator", "--list-faults", cwd=tmp_path)
    wrong = wanflow("emulator", "--latency", "soon", cwd=tmp_path)

    assert "drop-after-accept" in listed.stdout
    assert wrong.returncode == 2
    assert "for --latency" in wrong.stderr
