"""The manual page names what there is."""

import re
from pathlib import Path

from wanflow.emulator.faults.catalogue import CATALOGUE
from wanflow.emulator.faults.rules import read_rules
from wanflow.emulator.models import known_models
from wanflow.emulator.options import OPTIONS

MANUAL = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def test_the_manual_names_every_fault_option_and_model() -> None:
    names = [*CATALOGUE, *(f"--{option.name}" for option in OPTIONS)]
    names += [model.name for model in known_models()]

    missing = [name for name in names if f"`{name}`" not in MANUAL]

    assert missing == []


def test_every_fault_recipe_in_the_manual_can_be_read() -> None:
    specs = re.findall(r"--faults '([^']+)'", MANUAL)

    assert len(specs) >= 5
    assert all(read_rules(spec) for spec in specs)
