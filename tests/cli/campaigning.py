"""Small campaigns for tests, in a folder of their own."""

from pathlib import Path

from PIL import Image

from wanflow.cli.campaign_draft import CampaignDraft
from wanflow.cli.campaigns import campaign_draft
from wanflow.cli.compose import Ask

RECIPE = """\
wanflow: 1
name: poster
inputs:
  photo: {type: image, default: photo.png}
  title: {type: string, maxLength: 40}
  mood: {type: string, default: warm}
  count: {type: integer, default: 1}
vars: {end: "!"}
steps:
  - {id: one, use: edit, images: [photo], prompt: "{{ title }} in {{ photo }}{{ end }}"}
  - id: two
    use: edit
    images: [one]
    prompt: "{% if count > 1 %}many{% endif %} {{ row.sku }} {{ one }}"
  - {id: wide, use: outpaint, images: [two], with: {left: 0.5}, when: mood == 'warm'}
  - {id: cut, use: crop, images: [two], with: {aspect: "1:1"}}
outputs: {poster: {from: two, name: "poster-{{ row.sku }}"}, cut: cut, wide: wide}
"""
CAMPAIGN = """\
wanflow: 1
campaign: posters
recipe: poster.yaml
rows: rows.csv
key: "{{ row.sku }}"
"""
ROWS = "sku,title,count\nA1,星辰{{ 7*7 }},1\nA2,大海,2\nA3,sea,3\n"


def folder_with(
    folder: Path, *, campaign: str = "", recipe: str = RECIPE, rows: str | None = ROWS
) -> Path:
    """Write a campaign, its recipe, its picture and its rows; give the campaign's path."""
    Image.new("RGB", (640, 480), "white").save(folder / "photo.png")
    (folder / "poster.yaml").write_text(recipe, encoding="utf-8")
    if rows is not None:
        (folder / "rows.csv").write_text(rows, encoding="utf-8")
    path = folder / "campaign.yaml"
    path.write_text(CAMPAIGN + campaign, encoding="utf-8")
    return path


def drafted(path: Path, *, provider: str = "dashscope", **asked: object) -> CampaignDraft:
    """Read a campaign as a command would."""
    return campaign_draft(Ask(recipe=path, texts=True, provider=provider, **asked))  # type: ignore[arg-type] # fields by name
