"""What is left out of script and style means nothing to a browser."""

import shutil
import subprocess

import pytest

from wanflow.report.html_page import page_script, page_style
from wanflow.report.review import shared
from wanflow.report.tight import tight_script, tight_style


@pytest.mark.parametrize(
    ("source", "tight"),
    [
        ("// said\nlet  a = 1; // why\nlet b;\n", "let a=1;let b;"),
        ('let a = "x // y";', 'let a="x // y";'),
        ("let a = `x  ${ b }  y`;", "let a=`x  ${ b }  y`;"),
        ("a.replace(/ \\/ {2}[/ ]/g, ' ; }');", "a.replace(/ \\/ {2}[/ ]/g,' ; }');"),
        ("let f = (x) => { return x + +y; };", "let f=x=>{return x+ +y};"),
        ("let f = (x, y) => x / y;", "let f=(x,y)=>x/y;"),
        ("let f = () => {}\nf()\n", "let f=()=>{}\nf()"),
        ("if (a) {\n  b();\n}\nc\n  .d();", "if(a){b()}\nc.d();"),
        ("", ""),
    ],
)
def test_a_script_keeps_its_meaning(source: str, tight: str) -> None:
    assert tight_script(source) == tight


def test_a_style_keeps_its_meaning() -> None:
    style = (
        'a > b, c { margin: 0 0.5em; content: " ; } "; width: calc(1px + 2px); }\n@media (x) { }'
    )

    assert tight_style(style) == (
        'a>b,c{margin:0 .5em;content:" ; } ";width:calc(1px + 2px)}@media (x){}'
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
@pytest.mark.parametrize("name", ["compare", "zoom", "words", "keys", "language", "theme", "light"])
def test_each_script_alone_is_a_script(name: str) -> None:
    for source in (shared(f"{name}.js"), tight_script(shared(f"{name}.js"))):
        done = subprocess.run(
            ["node", "--check", "-"], input=source, capture_output=True, text=True, check=False
        )

        assert done.stderr == ""


def test_script_and_style_are_within_their_budget() -> None:
    assert len(page_script().encode()) <= 30 * 1024
    assert len(page_style().encode()) <= 20 * 1024
