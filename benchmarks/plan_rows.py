"""What it takes to plan many rows, against a bare loop that does the same work and nothing else.

    python benchmarks/plan_rows.py [--rows 100000] [--rounds 3]

A campaign of so many rows in a csv file, its recipe of three steps: two prompts that say
something about the row, and one that is the same for all. The bare loop reads the same file with
`csv`, renders the same prompts with Jinja, hashes each request as canonical JSON with SHA-256 and
writes key and hash into SQLite in one transaction. Both run in processes of their own, turn by
turn. Prints the ratio of the times as median and range, and the peak of memory of each.
"""

import argparse
import csv
import hashlib
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

WORDS = (
    "星辰大海",
    "向更远的地方出发",
    "a red cup on a table",
    "晨光里的花瓶",
    "quiet winter light",
)
PROMPTS = (
    "把图1中的商品换成{{ colour }}色,标签写上“{{ title }}”,编号{{ sku }}",
    "Put image 1 on a {{ colour }} table{% if stock > 50 %}, with many more behind it{% endif %}",
    "去掉图1背景里的杂物,保持主体不变",
)
RECIPE = """\
wanflow: 1
name: shelf
inputs:
  photo: {{type: image, default: photo.png}}
  sku: {{type: string, maxLength: 20}}
  title: {{type: string, maxLength: 200}}
  colour: {{type: string, enum: [红, 蓝, 绿]}}
  stock: {{type: integer, minimum: 0}}
defaults: {{n: 1, seed: 7, size: 1280*1280}}
steps:
  - {{id: labelled, use: edit, images: [photo], prompt: '{0}'}}
  - {{id: placed, use: edit, images: [labelled], prompt: '{1}'}}
  - {{id: clean, use: edit, images: [placed], prompt: '{2}'}}
"""
CAMPAIGN = """\
wanflow: 1
campaign: shelf
recipe: shelf.yaml
rows: rows.csv
key: "{{ row.sku }}"
"""
GOAL_RATIO, GOAL_MB = 3.0, 100.0


def main() -> int:
    """Measure, print the figures, and exit with 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("bare", "plan"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only and asked.folder:
        return alone(asked.only, asked.folder)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, asked.rows)
        took: dict[str, list[float]] = {"bare": [], "plan": []}
        peak: dict[str, float] = {}
        for _ in range(asked.rounds):
            for who, times in took.items():
                seconds, peak[who] = measured(who, folder)
                times.append(seconds)
    return told(took, peak, asked.rows)


def told(took: dict[str, list[float]], peak: dict[str, float], rows: int) -> int:
    """Print the figures."""
    ratios = [ours / bare for ours, bare in zip(took["plan"], took["bare"], strict=True)]
    ratio = statistics.median(ratios)
    print(f"{rows:,} rows of 3 steps, {len(ratios)} rounds")
    for who, times in took.items():
        each = statistics.median(times) / rows * 1e6
        print(f"  {who}: {statistics.median(times):.2f} s, {each:.0f} µs a row, {peak[who]:.0f} MB")
    span = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  ratio: {ratio:.2f} ({span}), goal at most {GOAL_RATIO:g}; goal {GOAL_MB:g} MB")
    return int(ratio > GOAL_RATIO or peak["plan"] > GOAL_MB)


def written(folder: Path, rows: int) -> None:
    """Write the recipe, the campaign, its picture and its rows."""
    Image.new("RGB", (1280, 1280), "white").save(folder / "photo.png")
    (folder / "shelf.yaml").write_text(RECIPE.format(*PROMPTS), encoding="utf-8")
    (folder / "campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sku", "title", "colour", "stock"))
        for at in range(rows):
            title = f"{WORDS[at % len(WORDS)]} {at}"
            writer.writerow((f"A-{at:06}", title, "红蓝绿"[at % 3], at % 100))


def measured(who: str, folder: Path) -> tuple[float, float]:
    """Run one of the two in a process of its own: its seconds, and its peak of memory in MB."""
    words = [sys.executable, __file__, "--only", who, "--folder", str(folder)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def alone(who: str, folder: Path) -> int:
    """Do the work of one of the two and print what it took."""
    begun_s = time.perf_counter()
    (bare if who == "bare" else planned)(folder)
    seconds = time.perf_counter() - begun_s
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return 0


def bare(folder: Path) -> None:
    """Read, render, hash and write, with nothing around it."""
    from jinja2 import Environment  # noqa: PLC0415 # each of the two loads its own

    picture = hashlib.sha256((folder / "photo.png").read_bytes()).hexdigest()
    templates = [Environment(autoescape=False).from_string(text) for text in PROMPTS]  # noqa: S701 # prompts are no markup
    base = sqlite3.connect(folder / "bare.sqlite")
    base.execute("DROP TABLE IF EXISTS jobs")
    base.execute("CREATE TABLE jobs (row TEXT, step INTEGER, fingerprint TEXT)")
    with (folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file, base:
        for row in csv.DictReader(file):
            values = {**row, "stock": int(row["stock"])}
            image = picture
            for step, template in enumerate(templates):
                request = {
                    "operation": "edit",
                    "model": "wan2.5-i2i-preview",
                    "prompt": template.render(values),
                    "parameters": {"n": 1, "seed": 7, "size": "1280*1280"},
                    "images": [image],
                }
                text = json.dumps(
                    request, ensure_ascii=False, sort_keys=True, separators=(",", ":")
                )
                image = hashlib.sha256(text.encode()).hexdigest()
                base.execute("INSERT INTO jobs VALUES (?, ?, ?)", (row["sku"], step, image))
    base.close()


def planned(folder: Path) -> None:
    """Plan as `wanflow plan` does: every row checked, every job decided, the sums added up."""
    from wanflow.cli.campaign_plan import Found, planned_rows  # noqa: PLC0415 # as above
    from wanflow.cli.campaign_rows import EVERY_ROW  # noqa: PLC0415 # as above
    from wanflow.cli.campaigns import campaign_draft, sound_campaign  # noqa: PLC0415 # as above
    from wanflow.cli.compose import Ask, open_workspace  # noqa: PLC0415 # as above
    from wanflow.loading import Digests  # noqa: PLC0415 # as above
    from wanflow.planning.totals import Tally  # noqa: PLC0415 # as above

    ask = Ask(recipe=folder / "campaign.yaml", texts=True, provider="dashscope")
    made = sound_campaign(campaign_draft(ask))
    seen, found = Digests(), Found()
    tally = Tally(seen=lambda request: seen.put(int(request[:16], 16) or 1, 0) is not None)
    with open_workspace(folder / ".wanflow") as workspace:
        for _, plan in planned_rows(made, EVERY_ROW, workspace, found=found):
            tally.add(plan)
    assert not found.errors  # noqa: S101 # else nothing was measured
    assert tally.totals().images_to_buy == 3 * tally.rows  # noqa: S101 # the same


if __name__ == "__main__":
    sys.exit(main())
