"""The bundled campaign is sound, and its rows make their posters."""

import json
import shutil
from pathlib import Path

from tests.cli.running import ROOT, run_files, wanflow


def test_the_bundled_campaign_makes_its_posters(tmp_path: Path) -> None:
    skipped = shutil.ignore_patterns("*.lock.yaml", "runs", ".wanflow")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes", ignore=skipped)
    name = "recipes/campaigns/posters.yaml"

    sound = wanflow("check", name, cwd=tmp_path)
    done = wanflow("run", name, "--rows", "3:3", "--json", cwd=tmp_path)

    assert (sound.returncode, sound.stdout) == (0, "the campaign is sound\n")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert {row["key"]: row["state"] for row in rows} == {
        "coffee-winter-3-4": "done",
        "coffee-winter-16-9": "done",
    }
    assert len(run_files(tmp_path, "outputs/poster/*.png")) == 2
