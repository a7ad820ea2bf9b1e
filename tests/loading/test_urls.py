"""Addresses of pictures that are only handed on: plain ones in any script, and nothing else."""

import pytest

from wanflow.loading import catalogue, read_recipe

RECIPE = """
wanflow: 1
name: r
steps:
  - use: edit
    images: ['{url}']
    prompt: 把图1变亮
"""


def codes(url: str) -> list[str]:
    source = RECIPE.format(url=url).encode()
    loaded = read_recipe(source, file="r.yaml", catalogue=catalogue(), provider="dashscope")
    return [problem.code for problem in loaded.problems]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "https://example.com:8443/a.png?signature=x%2By",
        "https://例子.测试/花.png",
    ],
)
def test_a_plain_address_is_taken_in_any_script(url: str) -> None:
    assert codes(url) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@example.com/a.png",
        "https://example.com/a.png#top",
        "https://example.com/a b.png",
        "https://example.com/a\u202e.png",
        "https://example.com\\\\@evil/a.png",
        "https://example.com:99999/a.png",
        "https://example.com:0/a.png",
        "https:///a.png",
        "https://" + "a" * 70 + ".com/a.png",
        "https://[::1/a.png",
        "http://example.com/a.png",
    ],
)
def test_any_other_address_is_refused_before_anything_is_sent(url: str) -> None:
    assert codes(url) == ["unknown-scheme"]
