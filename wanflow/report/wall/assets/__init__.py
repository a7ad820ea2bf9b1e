"""The files that a campaign's page is made of, joined: templates, script and style."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader

from wanflow.report.html_page import environment as run_environment
from wanflow.report.review import shared

# What the page of a run is made of, too.
_SHARED = frozenset({"dom.js", "review.js", "review.css"})
_STYLES = "tokens head wall lines matrix panel compare review paper"
_SCRIPTS = (
    "dom elements speech place rows pictures review "
    "wall lines bar compare stage matrix panel keys main"
)


@cache
def environment() -> Environment:
    """Make the engine of the page of a run read the templates of this page."""
    return run_environment().overlay(loader=FunctionLoader(_asset))


@cache
def style() -> str:
    """Join the styles, in the order in which they build on each other."""
    return "\n".join(_asset(f"{name}.css") for name in _STYLES.split())


@cache
def script() -> str:
    """Join the scripts into one that leaves no name behind."""
    parts = "\n".join(_asset(f"{name}.js") for name in _SCRIPTS.split())
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _asset(name: str) -> str:
    if name in _SHARED:
        return shared(name)
    return (files(__name__) / name).read_text(encoding="utf-8")
