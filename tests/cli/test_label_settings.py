"""What the settings say of the files of results."""

from pathlib import Path

import pytest

from wanflow.cli.settings import settings
from wanflow.errors import UsageError
from wanflow.model.provenance import Labels


def held(folder: Path, text: str, **environment: str) -> Labels:
    (folder / "wanflow.toml").write_text(text, encoding="utf-8")
    return settings(folder, environment).labels


def test_results_are_labelled_and_nobody_is_named_where_nothing_is_set(tmp_path: Path) -> None:
    assert held(tmp_path, "") == Labels(mode="label")


def test_mode_author_and_names_come_from_the_file(tmp_path: Path) -> None:
    text = (
        'metadata = "full"\nauthor = "李雷"\n[labels]\nproducer = "某公司"\npropagator = "site"\n'
    )

    assert held(tmp_path, text) == Labels(
        mode="full", author="李雷", producer="某公司", propagator="site"
    )


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    labels = held(
        tmp_path, 'metadata = "full"', WANFLOW_METADATA="ours-off", WANFLOW_AUTHOR="韩梅梅"
    )

    assert labels == Labels(mode="ours-off", author="韩梅梅")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('metadata = "none"', "'metadata' is set to 'none'"),
        ("labels = 1", "'labels' that is no table"),
        ('[labels]\nowner = "x"', "sets 'owner' in \\[labels\\]"),
        ("[labels]\nproducer = 1", "not a text of 1 to 200"),
        ('[labels]\nproducer = " "', "not a text of 1 to 200"),
        (f'[labels]\nproducer = "{"x" * 201}"', "not a text of 1 to 200"),
    ],
)
def test_what_is_not_understood_is_told(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        held(tmp_path, text)
