"""The review: what a person picks, rejects, stars and notes in a page, and its words."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from wanflow.model.run import RunRecord
from wanflow.model.values import JsonValue
from wanflow.report.visible import visible
from wanflow.report.words import Text

REVIEW: Mapping[str, Text] = {
    "review": Text("Review", "选图"),
    "mark_open": Text("open", "未选"),
    "mark_picked": Text("picked", "已选"),
    "mark_rejected": Text("rejected", "已淘汰"),
    "pick": Text("Pick", "选用"),
    "pick_label": Text("Pick picture {number} (key {number})", "选用第 {number} 张(按键 {number})"),
    "reject": Text("Reject", "淘汰"),
    "reject_label": Text("Reject (key x)", "淘汰(按键 x)"),
    "star_label": Text("{stars} of 5 stars (key s)", "{stars}/5 星(按键 s)"),
    "note": Text("Note", "备注"),
    "note_label": Text("Note on {name} (key n)", "{name} 的备注(按键 n)"),
    "did_pick": Text("{name}: picked {number}", "{name}:已选第 {number} 张"),
    "did_reject": Text("{name}: rejected", "{name}:已淘汰"),
    "did_star": Text("{name}: {stars} stars", "{name}:{stars} 星"),
    "undone": Text("{name}: open again", "{name}:已撤销选择"),
    "next_open": Text("Next open", "下一个未选"),
    "none_open": Text("Nothing of what is shown is open.", "当前显示的行均已处理。"),
    "save_review": Text("Save review.json", "保存 review.json"),
    "save_csv": Text("Save as CSV", "导出 CSV"),
    "copy_review": Text("Copy review.json", "复制 review.json"),
    "load_review": Text("Go on with a review.json", "载入 review.json"),
    "loaded": Text("{taken} of {total} decisions taken in", "已载入 {taken}/{total} 条选择"),
    "not_loaded": Text("This file is not a review.json.", "该文件不是 review.json。"),
    "your_name": Text("Your name, for the file", "署名"),
    "use_keys": Text("Keys 1-4, x, s, n", "启用按键 1-4、x、s、n"),
    "use_advance": Text("Go on after a decision", "选定后自动前往下一行"),
    "review_more": Text("More", "更多"),
    "review_how": Text(
        "Save review.json beside the report: it opens here again, on any machine.",
        "将 review.json 保存在报告旁边:在任何机器上都能再次打开。",
    ),
    "review_keys": Text(
        "1-4 pick, x rejects, s adds a star, n writes a note, arrows walk the rows, Esc returns. "
        "Stars and notes go into the file with a pick or a rejection.",
        "1-4 选用,x 淘汰,s 加星,n 备注,方向键换行,Esc 返回。星标与备注随选用或淘汰写入文件。",
    ),
}


@cache
def shared(name: str) -> str:
    """Read a file that several pages are made of."""
    return (files("wanflow.report") / "assets" / name).read_text(encoding="utf-8")


def run_review(record: RunRecord) -> JsonValue:
    """Give what the review of one run decides on: every step that has made pictures.

    Digests are as recorded; a step's key is, too, since it goes into the file as it is.
    """
    things: list[JsonValue] = [
        {
            "id": step.key,
            "row": None,
            "step": step.key,
            "name": visible(step.key),
            "at": f"step-{number}",
            "choices": [picture.artifact.sha256 for picture in step.pictures],
        }
        for number, step in enumerate(record.steps, start=1)
        if step.pictures
    ]
    return {"run": record.run, "things": things}
