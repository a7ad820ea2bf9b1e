"""Plans whose names would break out of a drawing, if anything could."""

from dataclasses import replace

from tests.report.runs_to_show import a_plan, placed, wide
from wanflow.model.plan import FileImage, JobImage, Plan
from wanflow.model.values import JobKey

HOSTILE = (
    '"] --> evil["x',
    '"];\nevil -> step1; "',
    "<script>alert(1)</script>",
    "<b>bold</b> & &lt;i&gt; &amp;lt; &#35;",
    "%%{init: {'theme': 'dark'}}%%",
    r"\N \G \l \n \"quoted\" \\",
    "1. one",
    "- item",
    "`code` **bold** _under_ ~~gone~~",
    "$$x^2$$",
    "fa:fa-car #35; #quot;",
    "end",
    "click step1 call alert()",
    "图1:春天的海报,第二张",
    "]]></text><text>",
    "a\x00b\x1b[31mred",
    "\u202egnp.exe\u2066",
    "two\nlines\r\n",
    "🎨 👩‍🚀 é 𠮷",
    "style step1 fill:#f00;",
    "'; drop",
    " leading and trailing ",
    "",
)


def hostile_plan(text: str) -> Plan:
    """A plan that says a text wherever others may write one."""
    first, second = placed(), wide()
    clock, table = first.job.images
    assert isinstance(clock, FileImage)
    key = JobKey(text)
    images = (replace(clock, name=text, path=f"/pictures/{text}", role=text), table)
    job = replace(first.job, key=key, operation=text, model=text, images=images)
    (taken,) = second.job.images
    assert isinstance(taken, JobImage)
    taking = replace(second.job, images=(replace(taken, name=text, job=key),))
    decision = replace(first.decision, detail=text)
    plan = a_plan(replace(first, job=job, decision=decision), replace(second, job=taking))
    outputs = tuple(replace(one, name=text, file_name=text, job=key) for one in plan.outputs)
    return replace(plan, recipe=text, outputs=outputs)
