"""Writes what is made of the explanations of codes: their examples, and their pages of the manual.

The explanations are the tables in wanflow/messages; the examples are files of
tests/loading/mistakes, copied into the package; the pages are docs/messages, one a theme.

    python docs/write_messages.py          write them
    python docs/write_messages.py --check  exit with 1 if one is not as it would be written
"""

import json
import sys
import tomllib
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wanflow.messages import Explanation

ROOT = Path(__file__).parent.parent
DATA = ROOT / "wanflow" / "messages"
PAGES = ROOT / "docs" / "messages"
MISTAKES = ROOT / "tests" / "loading" / "mistakes"


def examples_text() -> str:
    """Give the content of examples.toml: every mistake that an explanation names."""
    parts = ["# Written by docs/write_messages.py from tests/loading/mistakes: change those.\n"]
    named = {
        table["example"]
        for file in DATA.glob("[0-9]*.toml")
        for table in tomllib.loads(file.read_text(encoding="utf-8")).values()
        if "example" in table
    }
    for name in sorted(named):
        texts = {
            kind: (MISTAKES / f"{name}.{kind}.yaml").read_text(encoding="utf-8")
            for kind in ("bad", "good")
        }
        # A JSON string is a TOML string too.
        lines = (f"{kind} = {json.dumps(text, ensure_ascii=False)}" for kind, text in texts.items())
        parts.append("\n".join([f"[{name}]", *lines, ""]))
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """Give the pages of the manual by file name."""
    from wanflow.messages import explanations  # noqa: PLC0415 # reads what was written before

    written: dict[str, str] = {}
    contents: list[str] = []
    by_theme = groupby(explanations().values(), key=lambda one: one.theme)
    for (theme, group), file in zip(by_theme, _theme_names(), strict=True):
        codes = list(group)
        body = "\n".join(_section(one) for one in codes)
        written[f"{file}.md"] = f"# {theme.en} · {theme.zh}\n\n{body}"
        links = ", ".join(f"[`{one.code}`]({file}.md#{_anchor(one.code)})" for one in codes)
        contents.append(f"## [{theme.en} · {theme.zh}]({file}.md)\n\n{links}\n")
    head = (
        "# Codes and what they mean\n\nEvery message has a code that stays the same from version "
        "to version. `wanflow explain CODE` prints\nthe same as these pages.\n\n"
    )
    return {"README.md": head + "\n".join(contents), **written}


def _theme_names() -> list[str]:
    names = (file.stem for file in DATA.glob("[0-9]*.toml"))
    return [
        name.partition("-")[2] for name in sorted(names, key=lambda n: int(n.partition("-")[0]))
    ]


def _anchor(code: str) -> str:
    return code.casefold().replace(".", "")


def _section(one: "Explanation") -> str:
    lines = [
        f"## {one.code}",
        "",
        f"*{one.severity}*",
        "",
        f"{one.meaning.en} {one.cause.en}",
        "",
        f"**Cure:** {one.cure.en}",
        "",
        f"{one.meaning.zh}{one.cause.zh}",
        "",
        f"**办法:**{one.cure.zh}",
        "",
    ]
    if one.example is not None:
        lines += ["Wrong:", "", "```yaml", one.example.bad.rstrip("\n"), "```", ""]
        lines += ["Right:", "", "```yaml", one.example.good.rstrip("\n"), "```", ""]
    return "\n".join(lines)


def main() -> int:
    """Write, or check, everything; give the exit code."""
    check = sys.argv[1:] == ["--check"]
    wrong = _put(DATA / "examples.toml", examples_text(), check=check)
    made = pages()
    for name, text in made.items():
        wrong += _put(PAGES / name, text, check=check)
    for file in PAGES.glob("*.md"):
        if file.name not in made:
            wrong.append(str(file.relative_to(ROOT)))
            if not check:
                file.unlink()
    for name in wrong if check else ():
        sys.stderr.write(f"{name} is not as docs/write_messages.py writes it\n")
    return 1 if check and wrong else 0


def _put(file: Path, text: str, *, check: bool) -> list[str]:
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return []
    if not check:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return [str(file.relative_to(ROOT))]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
