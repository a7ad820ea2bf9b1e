"""At the end a person reads what was made, where it lies, what failed, and what to type next."""

import pytest
from inline_snapshot import snapshot

from tests.report.runs_to_show import a_record, a_step, pictures
from wanflow.model.plan import Decision
from wanflow.model.run import RunState
from wanflow.report.columns import width_of
from wanflow.report.summary import summary_text

REPORT = "runs/clock-on-table-4f2a/report.html"


def test_a_run_that_failed_says_what_why_and_what_next() -> None:
    record = a_record(
        "failed",
        a_step("placed", state="done", pictures=pictures(2), seconds=12.2),
        a_step("放大", state="reused", pictures=pictures(1), reused_from="clock-on-table-1"),
        a_step("again", state="reused", pictures=pictures(1)),
        a_step(
            "wide",
            state="failed",
            error_code="data-inspection",
            error="输入的图片被内容安全检查拒绝,换一张图片再试。" * 3,
            hint="choose another picture",
            seconds=3,
        ),
        a_step("boxed", state="failed", error="no result within 120 s"),
        a_step("late", state="skipped", error="it hangs on 'wide'"),
        a_step(
            "night",
            state="skipped",
            decision=Decision(action="skip", reason="when-false"),
        ),
        a_step("never", state="waiting"),
    )

    shown = summary_text(record, REPORT)

    assert shown == snapshot("""\
clock-on-table 1.2.0
✓ placed  done     fuse, 2 pictures, 12 s
= 放大    reused   fuse, 1 picture of clock-on-table-1
= again   reused   fuse, 1 picture
✗ wide    failed   fuse, 3.0 s
    data-inspection: 输入的图片被内容安全检查拒绝,换一张图片再试。输入的图片被内
    容安全检查拒绝,换一张图片再试。输入的图片被内容安全检查拒绝,换一张图片再试。
    hint: choose another picture
✗ boxed   failed   fuse
    no result within 120 s
- late    skipped  fuse: it hangs on 'wide'
- night   skipped  fuse: its condition is false
· never   waiting  fuse
result  poster: runs/clock-on-table-4f2a/outputs/海报.png
report  runs/clock-on-table-4f2a/report.html
failed in 3 min 12 s: 2 pictures made, 2 reused, 2 steps failed, ¥0.60
next, to go on when that is mended: wanflow run clock.yaml photo=猫.jpg\
""")
    assert all(width_of(line) <= 80 for line in shown.split("\n"))


def test_a_run_on_this_machine_says_so() -> None:
    step = a_step("placed", state="done", pictures=pictures(1), seconds=2)

    shown = summary_text(a_record("done", step, provider="local@1"), REPORT)

    assert shown == snapshot("""\
clock-on-table 1.2.0
✓ placed  done     fuse, 1 picture, 2.0 s
result  poster: runs/clock-on-table-4f2a/outputs/海报.png
made    on this machine by local@1, without a model
report  runs/clock-on-table-4f2a/report.html
done in 3 min 12 s: 1 picture made, ¥0.60\
""")


@pytest.mark.parametrize("state", ["failed", "interrupted", "unfinished", "running"])
def test_an_end_that_is_not_done_says_how_to_go_on(state: RunState) -> None:
    last = summary_text(a_record(state), REPORT).split("\n")[-1]

    assert last.startswith("next, to go on")
    assert last.endswith(": wanflow run clock.yaml photo=猫.jpg")


def test_colour_changes_nothing_but_colour() -> None:
    record = a_record("failed", a_step("wide", state="failed", error="no", hint="try"))

    shown = summary_text(record, REPORT, color=True)

    for code in ("1", "2", "1;31", "36", "0"):
        assert f"\x1b[{code}m" in shown
        shown = shown.replace(f"\x1b[{code}m", "")
    assert shown == summary_text(record, REPORT)


def test_what_others_wrote_cannot_command_the_terminal() -> None:
    evil = "\x1b]0;x\x07\u202e"
    step = a_step(evil, operation=evil, state="failed", error_code=evil, error=evil, hint=evil)

    shown = summary_text(a_record("failed", step), evil)

    assert all(line.isprintable() for line in shown.split("\n"))
