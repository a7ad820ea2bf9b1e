"""The picture of a campaign that goes on. Loads rich, so only the live progress imports it."""

from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from wanflow.report.amounts import duration
from wanflow.report.columns import cut

if TYPE_CHECKING:
    from wanflow.report.campaign_progress import Course

_BAR = 40


class LiveCourse:
    """Draws itself from the course; every drawing is of the present moment."""

    def __init__(self, course: "Course") -> None:
        self._course = course

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw a bar, what was made and spent, and the jobs at work."""
        course, width = self._course, options.max_width
        yield _bar(course.over, course.rows, min(_BAR, width), ascii_only=options.ascii_only)
        yield Text(cut(f"{course.head()}, {duration(course.passed_s())}", width))
        yield Text(cut(course.facts(), width), style="dim")
        for line in tuple(course.at_work())[: max(0, options.size.height - 4)]:
            yield Text(cut(f"  {line}", width), style="cyan")


def _bar(over: int, rows: int, width: int, *, ascii_only: bool) -> Text:
    filled = width * over // max(1, rows)
    line = "=" if ascii_only else "━"
    return Text.assemble((line * filled, "green"), (line * (width - filled), "dim"))
