"""Script and style as a page carries them: without what only people need."""

import re

_SCRIPT = re.compile(
    r"""(?P<kept>`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<before>[(,=:\[!&|?{};]\s*)(?P<pattern>/(?![/*])(?:\[(?:[^\]\\\n]|\\.)*\]|\\.|[^/\\\n\[])+/[a-z]*)
    |(?P<comment>//[^\n]*)
    |(?P<space>\s+)""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[\w$]")
_ALONE = re.compile(r"(?<![\w$])\(([A-Za-z_$]\w*)\)=>")
_OPENS, _CLOSES = "{(,;[=&|?:<>!", "})],;.?:&|="
_QUOTED = re.compile(r'("[^"]*")')


def tight_script(source: str) -> str:
    """Leave comments, indents and needless blanks out of a script of ours.

    Strings, templates and patterns stay as they are. A line ends where it may end a statement. It
    knows the JavaScript of this package: no block comments, no template within a template.
    """
    whole: list[str] = []  # what stays as it is, and between it what gets shorter
    out: list[str] = []
    end = 0
    for found in _SCRIPT.finditer(source):
        out.append(source[end : found.start()])
        end = found.end()
        if found["kept"] or found["pattern"]:
            out.append((found["before"] or "").strip())
            whole += [_shorter("".join(out)), found["kept"] or found["pattern"]]
            out = []
        elif found["space"]:
            out.append(_gap(found["space"], _last(out) or _last(whole), source[end : end + 1]))
    return "".join([*whole, _shorter("".join(out) + source[end:])])


def tight_style(source: str) -> str:
    """Leave comments, line ends and needless blanks out of a style of ours."""
    parts = _QUOTED.split(source)
    return "".join(part if at % 2 else _plain(part) for at, part in enumerate(parts))


def _plain(style: str) -> str:
    style = re.sub(r"\s+", " ", style)
    style = re.sub(r" ?([{};>]) ?", r"\1", style).replace(";}", "}")
    style = re.sub(r"(?<=[,:]) ", "", style)
    return re.sub(r"(?<![\w.])0(?=\.\d)", "", style)


def _shorter(code: str) -> str:
    return _ALONE.sub(r"\1=>", code).replace(";}", "}")


def _last(out: list[str]) -> str:
    return next((part[-1] for part in reversed(out) if part), "")


def _gap(space: str, before: str, after: str) -> str:
    if not before or not after:
        return ""
    if "\n" in space:
        return "" if before in f"{_OPENS}\n" or after in _CLOSES else "\n"
    both_words = bool(_WORD.match(before) and _WORD.match(after))
    return " " if both_words or (before in "+-/" and after in "+-/") else ""
