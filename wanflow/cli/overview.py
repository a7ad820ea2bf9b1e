"""What `wanflow --help` says. It imports nothing, so that asking for help costs nothing."""

# Every command, in the order in which a newcomer meets them: name, module, one line.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("run", "wanflow.cli.run", "check, plan and run a recipe, then write the report"),
    ("check", "wanflow.cli.check", "find every mistake that can be known without sending"),
    ("plan", "wanflow.cli.plan", "show what would run or be reused, why, and what it costs"),
    ("report", "wanflow.cli.report", "write the report of a run again, and say where it is"),
    ("status", "wanflow.cli.status", "say how far a run has come, also while it goes on"),
    ("diff", "wanflow.cli.diff", "show what is different between two runs or two recipes"),
    ("verify", "wanflow.cli.verify", "hash the files of a run again and name what does not match"),
    ("inspect", "wanflow.cli.inspect", "say what a picture's file tells, and how it was made"),
    ("new", "wanflow.cli.new", "write a first recipe, valid and commented"),
    ("explain", "wanflow.cli.explain", "say what a code means, what causes it and what cures it"),
    ("ops", "wanflow.cli.ops", "list the operations, or explain one"),
    ("models", "wanflow.cli.models", "list the models with their limits and prices"),
    (
        "emulator",
        "wanflow.cli.emulator",
        "serve DashScope's protocol here, for tests of any client",
    ),
    ("schema", "wanflow.cli.schema", "print one of the JSON Schemas of the contract"),
)

_HEAD = """\
Usage: wanflow [OPTIONS] COMMAND [ARGS]...

  Declarative recipes for image editing with Alibaba's Wan models. A recipe is
  a YAML file of steps; each step's pictures feed the next. Without a key
  everything runs on the embedded local engine and costs nothing.

  Start with:  wanflow new first.yaml && wanflow run first.yaml

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.

Commands:
"""


def overview() -> str:
    """Give the text of `wanflow --help`."""
    width = max(len(name) for name, _, _ in COMMANDS)
    rows = [f"  {name:<{width}}  {words}\n" for name, _, words in COMMANDS]
    return _HEAD + "".join(rows)
