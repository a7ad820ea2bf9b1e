"""`wanflow run --provider dashscope` against the emulator: what is bought, kept, asked and said."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import wanflow
from tests.cli.emulated import KEY, Emulated, emulated, holds_key
from tests.cli.running import ROOT
from wanflow.errors import UsageError

BUNDLED = "recipes/fuse-detect-outpaint.yaml"
EDIT = """
wanflow: 1
name: edited
inputs: {{photo: {{type: image, default: recipes/pictures/coffee.jpg}}}}
steps:
  - id: a
    use: edit
    images: [photo]
    prompt: 把{{{{ photo }}}}换成清晨的光线
    n: {n}
  - id: b
    use: edit
    images: ['a[{pick}]']
    prompt: 给{{{{ a }}}}加一圈边框
"""


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    locks = shutil.ignore_patterns("*.lock*")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes", ignore=locks)
    return tmp_path


def recipe(cwd: Path, *, n: int = 1, pick: int = 1) -> str:
    (cwd / "edited.yaml").write_text(EDIT.format(n=n, pick=pick), encoding="utf-8")
    return "edited.yaml"


def steps(report: Mapping[str, Any]) -> dict[str, Any]:
    return {step["key"]: step for step in report["steps"]}


def test_originals_are_what_the_service_served_and_the_bill_is_what_it_billed(cwd: Path) -> None:
    with emulated(cwd) as service:
        done = service.run(BUNDLED)
        (report,) = service.reports()
        served = {key: service.served(step["task_id"]) for key, step in steps(report).items()}

    assert done.returncode == 0, done.stderr
    assert len(served) == 3
    (folder,) = (cwd / "runs").iterdir()
    for key, pictures in served.items():
        kept = [folder / p["file"] for p in steps(report)[key]["pictures"]]
        assert [file.read_bytes() for file in kept] == pictures
    assert report["billed_images"] == service.billed == 3
    assert report["cost_micro"] == 600_000
    assert "3 pictures billed, ¥0.60" in done.stdout


def test_the_same_command_again_sends_nothing(cwd: Path) -> None:
    with emulated(cwd) as service:
        service.run(BUNDLED)
        before = service.ledger.read_bytes()
        again = service.run(BUNDLED, agreed=False)

        assert again.returncode == 0, again.stderr
        assert service.ledger.read_bytes() == before
        assert service.reports()[1]["billed_images"] == 0


def test_a_result_is_handed_on_by_its_address(cwd: Path) -> None:
    with emulated(cwd) as service:
        service.run(recipe(cwd))
        first, second = service.events("accepted")

    # The emulator names an uploaded picture by its digest, and one of its own by its address.
    assert len(str(first["images"])) > 60
    assert "wan2.5-i2i-preview/" in str(second["images"])


def test_a_result_at_a_strange_address_is_refused_and_handed_on_to_nobody(cwd: Path) -> None:
    with emulated(cwd, "--faults", "result-other-host#1") as service:
        refused = service.run(recipe(cwd))

        assert refused.returncode == 1
        assert "result-refused" in refused.stdout
        assert len(service.events("accepted")) == 1


def test_a_public_address_in_chinese_is_handed_on(cwd: Path) -> None:
    (cwd / "url.yaml").write_text(
        "wanflow: 1\nname: from-url\nsteps:\n"
        "  - {use: edit, images: ['https://example.com/花.png'], prompt: 给图1加边框}\n",
        encoding="utf-8",
    )
    with emulated(cwd) as service:
        done = service.run("url.yaml")

        assert done.returncode == 0, done.stdout
        assert service.billed == 1


def test_an_extension_asks_for_its_shape(cwd: Path) -> None:
    with emulated(cwd) as service:
        service.run(BUNDLED)
        (report,) = service.reports()

    wide = steps(report)["wide"]
    assert wide["parameters"]["size"] == "1696*960"
    assert wide["pictures"][0]["size"] == {"width_px": 1696, "height_px": 960}


def test_nothing_is_bought_unasked(cwd: Path) -> None:
    with emulated(cwd) as service:
        refused = service.run(BUNDLED, agreed=False)

        assert refused.returncode == 2
        assert "this would buy 3 pictures for ¥0.60 (beijing)" in refused.stderr
        assert "--yes" in refused.stderr
        assert service.ledger.read_bytes() == b""
        assert not (cwd / "runs").exists()


@pytest.mark.parametrize(("answer", "code", "billed"), [("n", 3, 0), ("y", 0, 2)])
def test_on_a_terminal_it_asks_first(cwd: Path, answer: str, code: int, billed: int) -> None:
    with emulated(cwd) as service:
        shown, returncode = on_a_terminal(service, recipe(cwd), answer)

        assert "This buys 2 pictures for ¥0.40 (beijing)" in shown
        assert "Go on? [y/N]" in shown
        assert returncode == code
        assert service.billed == billed


def on_a_terminal(service: Emulated, name: str, answer: str) -> tuple[str, int]:
    main, side = pty.openpty()
    process = subprocess.Popen(
        service.words("run", name, agreed=False),
        cwd=service.cwd,
        env=service.environment(),
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
    )
    os.close(side)
    shown, answered, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([main], [], [], 0.1)
        try:
            shown += os.read(main, 65536) if ready else b""
        except OSError:  # the other side has gone
            break
        if b"[y/N]" in shown and not answered:
            os.write(main, f"{answer}\n".encode())
            answered = True
    os.close(main)
    return shown.decode("utf-8", "replace"), process.wait(30)


def test_a_budget_stops_the_run_and_a_larger_one_goes_on(cwd: Path) -> None:
    with emulated(cwd) as service:
        stopped = service.run(recipe(cwd), "--max-images", "1")
        first = service.billed
        dear = service.run(recipe(cwd), "--max-cost", "0.39 CNY")
        done = service.run(recipe(cwd), "--max-cost", "0.40 CNY")

        assert (stopped.returncode, dear.returncode, done.returncode) == (3, 3, 0)
        assert "budget-reached: 1 more pictures make 2" in stopped.stdout
        assert "raise --max-images to at least 2" in stopped.stdout
        assert (first, service.billed) == (1, 2)
        assert len(service.reports()) == 1  # it went on in its own directory
        assert service.reports()[0]["billed_images"] == 2


@pytest.mark.parametrize(
    ("cost", "words"),
    [("three", "'three' is no amount of money"), ("3 USD", "prices are in CNY")],
)
def test_a_budget_that_is_no_amount_is_said(cwd: Path, cost: str, words: str) -> None:
    with emulated(cwd) as service:
        refused = service.run(BUNDLED, "--max-cost", cost)

        assert refused.returncode == 2
        assert words in refused.stderr


def test_without_a_key_nothing_is_made(cwd: Path) -> None:
    with emulated(cwd) as service:
        environment = service.environment()
        del environment["DASHSCOPE_API_KEY"]
        refused = subprocess.run(
            service.words("run", BUNDLED),
            cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert refused.returncode == 6
    assert "DASHSCOPE_API_KEY is not set" in refused.stderr
    assert not (cwd / "runs").exists()


def test_a_refused_key_ends_the_run_with_its_own_code_and_a_report(cwd: Path) -> None:
    with emulated(cwd, "--keys", "sk-another-one") as service:
        refused = service.run(BUNDLED)

        assert refused.returncode == 6
        assert "InvalidApiKey" in refused.stderr
        assert service.reports()[0]["state"] == "unfinished"
        assert service.ledger.read_bytes() == b""


def test_an_interrupted_run_cancels_what_waits_and_goes_on_later(cwd: Path) -> None:
    with emulated(cwd, "--latency", "fixed:3", "--limits", "running=1") as service:
        two = cwd / "two.yaml"
        two.write_text(
            EDIT.format(n=1, pick=1).replace("'a[1]'", "photo").replace("{{ a }}", "{{ photo }}"),
            encoding="utf-8",
        )
        process = subprocess.Popen(
            service.words("run", "two.yaml"), cwd=cwd, env=service.environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        wait_for(lambda: len(service.events("accepted")) == 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

        assert process.returncode == 130, out + err
        assert len(service.events("unbilled")) == 1  # the one that had not begun
        again = service.run("two.yaml")
        assert again.returncode == 0, again.stderr
        assert service.billed == 2
        assert service.reports()[0]["billed_images"] == 2


def wait_for(condition: Callable[[], bool], *, at_most_s: float = 30) -> None:
    deadline = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_pictures_keep_their_numbers_when_one_was_not_made(cwd: Path) -> None:
    with emulated(cwd, "--faults", "partial#1") as service:
        first = service.run(recipe(cwd, n=3, pick=1))
        (report,) = service.reports()
        a = steps(report)["a"]
        made = [picture["index"] for picture in a["pictures"]]
        lost = next(number for number in (1, 2, 3) if number not in made)
        missing = service.run(recipe(cwd, n=3, pick=lost))

    assert len(made) == 2
    assert [p["file"] for p in a["pictures"]] == [f"images/a-{number}.png" for number in made]
    assert a["billed_images"] == 2
    assert any(note["code"] == "partial" for note in a["notes"])
    assert first.returncode == (1 if lost == 1 else 0)
    assert missing.returncode == 1
    assert f"picture-not-made: picture {lost} of 'a' is asked for" in missing.stdout


def test_missing_pictures_can_be_topped_up(cwd: Path) -> None:
    with emulated(cwd, "--faults", "partial#1,moderation#3") as service:
        name = recipe(cwd, n=3, pick=1)
        service.run(name)
        before = steps(service.reports()[0])["a"]
        asked = service.run(name, "--top-up", agreed=False)
        refused = service.run(name, "--top-up")
        done = service.run(name, "--top-up")
        report = service.reports()[-1]

        made = [picture["index"] for picture in before["pictures"]]
        assert len(made) == 2
        assert "this would buy " in asked.stderr
        assert refused.returncode in {0, 1}  # the step that takes picture 1 may want the lost one
        assert done.returncode == 0, done.stdout
        after = steps(report)["a"]
        assert [picture["index"] for picture in after["pictures"]] == [1, 2, 3]
        kept = {p["index"]: p["artifact"]["sha256"] for p in after["pictures"]}
        assert all(kept[p["index"]] == p["artifact"]["sha256"] for p in before["pictures"])
        assert sum(int(str(each["billed_images"])) for each in service.reports()) == service.billed


def test_what_was_bought_and_not_fetched_is_paid_for_already(cwd: Path) -> None:
    with emulated(cwd, "--faults", "download-404#1-2") as service:
        lost = service.run(recipe(cwd))
        plan = subprocess.run(
            service.words("plan", "edited.yaml", agreed=False)[:-2],
            cwd=cwd, env=service.environment(), capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        again = service.run(recipe(cwd))

        assert lost.returncode == 1
        assert "lost" in lost.stdout
        assert "paid for already" in plan.stdout
        assert again.returncode == 0
        assert service.billed == 2


def test_what_is_lost_is_bought_again_only_on_demand(cwd: Path) -> None:
    with emulated(cwd, "--faults", "download-404#1-12") as service:
        lost, still = service.run(recipe(cwd)), service.run(recipe(cwd))
        bought = service.billed
        again = service.run(recipe(cwd), "--resubmit-ambiguous")

        assert (lost.returncode, still.returncode, bought) == (1, 1, 2)
        assert "--resubmit-ambiguous buys the edit once more" in lost.stdout
        assert again.returncode == 0, again.stdout
        assert service.billed == 4


def test_two_runs_at_once_buy_what_both_need_once(cwd: Path) -> None:
    with emulated(cwd) as service:
        name = recipe(cwd)
        (cwd / "other.yaml").write_text(
            (cwd / name).read_text("utf-8").replace("name: edited", "name: other"), "utf-8"
        )
        both = [
            subprocess.Popen(
                service.words("run", file), cwd=cwd, env=service.environment(), text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for file in (name, "other.yaml")
        ]  # fmt: skip
        told = [process.communicate(timeout=60) for process in both]

        assert [process.returncode for process in both] == [0, 0], told
        assert service.billed == 2
        assert sum(int(str(report["billed_images"])) for report in service.reports()) == 2


def test_the_key_is_in_no_file_and_no_output(cwd: Path) -> None:
    with emulated(cwd, "--faults", "echo-key#1") as service:
        first, second = service.run(BUNDLED), service.run(BUNDLED)

    told = first.stdout + first.stderr + second.stdout + second.stderr
    assert KEY not in told
    assert holds_key(cwd) == []


def test_the_python_interface_buys_on_terms_only(
    cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cwd)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setenv("XDG_STATE_HOME", str(cwd / "state"))
    with emulated(cwd) as service:
        with pytest.raises(UsageError, match="this would buy 3 pictures"):
            wanflow.run(BUNDLED, provider="dashscope")
        terms = wanflow.Terms(base_url=service.base_url, cap=wanflow.Cap(images=3))
        result = wanflow.run(BUNDLED, provider="dashscope", terms=terms)

        assert result.ok
        assert result.record.billed_images == service.billed == 3


def test_a_report_names_task_service_and_bill_for_people(cwd: Path) -> None:
    with emulated(cwd) as service:
        service.run(recipe(cwd))
        (page,) = cwd.glob("runs/*/report.html")
        text = page.read_text("utf-8")
        (report,) = service.reports()

    for step in steps(report).values():
        assert step["task_id"] in text
    assert service.base_url in text
    assert "计费张数" in text
    assert json.dumps(KEY) not in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("poll_s = 0", "something that is not a number above 0"),
        ("listings = 1.5", "something that is not a whole number above 0"),
        ("pol_s = 3", "sets 'pol_s' in [dashscope], which wanflow does not know"),
    ],
)
def test_limits_that_cannot_hold_are_said(cwd: Path, line: str, words: str) -> None:
    with emulated(cwd, settings=f"[dashscope]\n{line}\n") as service:
        refused = service.run(BUNDLED)

    assert refused.returncode == 2
    assert words in refused.stderr


def test_two_processes_keep_to_one_pace(cwd: Path) -> None:
    lines = [
        f"  - {{id: s{at}, use: edit, images: [photo], prompt: 'wash {at} in {{{{ photo }}}}'}}"
        for at in range(12)
    ]
    head = EDIT.format(n=1, pick=1).partition("steps:")[0]
    both = []
    with emulated(cwd, "--verbose") as service:
        for name in ("one", "two"):
            text = head.replace("edited", name) + "steps:\n" + "\n".join(lines)
            (cwd / f"{name}.yaml").write_text(text.replace("wash", f"{name} wash"), "utf-8")
            both.append(
                subprocess.Popen(
                    service.words("run", f"{name}.yaml"), cwd=cwd, env=service.environment(),
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip
        codes = [process.wait(90) for process in both]
        log = (cwd / "emulator.log").read_text("utf-8")

    assert codes == [0, 0]
    assert service.billed == 24
    # A busy machine bunches what left evenly; without one pace many more are refused.
    assert log.count(" 429\n") <= 3
    assert log.count("submit 200\n") == 24
