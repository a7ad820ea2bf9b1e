"""The words of the interface, in English and Chinese."""

from collections.abc import Mapping
from typing import NamedTuple


class Text(NamedTuple):
    """The same words in both languages."""

    en: str
    zh: str


WORDS: Mapping[str, Text] = {
    "language": Text("中文", "English"),
    "language_label": Text("切换到中文", "Switch to English"),
    "theme": Text("Light / dark", "明 / 暗"),
    "keys": Text("Keys", "快捷键"),
    "keys_wanted": Text("Single keys do something", "启用单键快捷键"),
    "key_pictures": Text("put a picture beside the one before", "以该图与上一张对比"),
    "key_mode": Text("next way to compare", "切换对比方式"),
    "key_original": Text("open the file of the picture after", "打开修改后的原图"),
    "key_pick": Text("pick a picture", "选用第几张"),
    "key_decide": Text("reject, star, note", "淘汰、加星、备注"),
    "key_steps": Text("go from step to step", "切换步骤"),
    "copy": Text("Copy", "复制"),
    "copied": Text("Copied", "已复制"),
    "copy_label": Text("Copy: {name}", "复制:{name}"),
    "run": Text("Run", "运行"),
    "recipe": Text("Recipe", "配方"),
    "started": Text("Started", "开始时间"),
    "took": Text("Took", "用时"),
    "pictures": Text("Pictures", "图片"),
    "cost": Text("Cost", "费用"),
    "provider": Text("Provider", "服务"),
    "made": Text("{made} made, {reused} reused", "新生成 {made} 张,复用 {reused} 张"),
    "free": Text("nothing was paid", "未产生费用"),
    "rendered_locally": Text(
        "Rendered on this machine by the built-in engine; no Wan model was asked, nothing paid.",
        "本次由本机内置引擎生成,未调用万相模型,未产生费用。",
    ),
    "still_running": Text(
        "This run was still going on when the page was written. Reload it to see more.",
        "写入本页时运行尚未结束,刷新可查看进展。",
    ),
    "was_interrupted": Text(
        "This run was interrupted. Everything finished so far is kept.",
        "本次运行被中断,已完成的部分均已保留。",
    ),
    "is_unfinished": Text(
        "This run is not finished. Everything finished so far is kept.",
        "本次运行尚未完成,已完成的部分均已保留。",
    ),
    "goes_on_with": Text("This goes on from here:", "继续执行:"),
    "run_again": Text("Run it again", "再次运行"),
    "chain": Text("Chain", "流程"),
    "chain_label": Text(
        "Chain of {inputs} inputs, {steps} steps and {outputs} outputs",
        "流程:{inputs} 个输入,{steps} 个步骤,{outputs} 个输出",
    ),
    "input": Text("Input", "输入"),
    "output": Text("Output", "输出"),
    "results": Text("Results", "结果"),
    "not_there_yet": Text("not made", "尚未生成"),
    "steps": Text("Steps", "步骤"),
    "compare": Text("Compare", "对比"),
    "slider": Text("Slider", "滑动"),
    "side": Text("Side by side", "并排"),
    "flip": Text("Flip", "切换"),
    "onion": Text("Onion", "叠加"),
    "difference": Text("Difference", "差异"),
    "heat": Text("What changed", "改动热图"),
    "heat_told": Text(
        "{percent} % of what can be compared has changed, once what only moved is laid back: "
        "yellow a little, red much, grey not comparable. Measured at {wide} × {tall} pixels.",
        "将整体位移对齐后,可比较部分中有 {percent}% 发生改动:"
        "黄色轻微,红色明显,灰色无法比较。按 {wide} × {tall} 像素测量。",
    ),
    "brighter": Text("How much differences are brightened", "差异增亮倍数"),
    "brighter_value": Text("{times} times as bright", "增亮 {times} 倍"),
    "difference_of": Text(
        "Difference of {before} and {after}; black is the same",
        "{before} 与 {after} 的差异,黑色表示相同",
    ),
    "now_shown": Text("Before: {before}. After: {after}.", "修改前:{before};修改后:{after}。"),
    "differs_in": Text("Made differently: {names}", "生成条件不同:{names}"),
    "differs_not": Text("Both were made alike", "生成条件相同"),
    "before": Text("Before", "修改前"),
    "after": Text("After", "修改后"),
    "use_before": Text("as before", "设为前"),
    "use_after": Text("as after", "设为后"),
    "before_label": Text("Compare with {name} as before", "设为前:{name}"),
    "after_label": Text("Compare with {name} as after", "设为后:{name}"),
    "swap": Text("Swap", "互换"),
    "zoom": Text("Zoom", "缩放"),
    "show_before": Text("Show before", "显示修改前"),
    "slider_label": Text("How much of before and after is shown", "修改前后显示比例"),
    "slider_value": Text("{before} % before, {after} % after", "修改前 {before}%,修改后 {after}%"),
    "frame_label": Text(
        "Before and after. When zoomed in, drag or use the arrow keys to move.",
        "修改前后对比。放大后可拖动或用方向键移动。",
    ),
    "other_shape": Text(
        "The two pictures differ in shape ({before} and {after}), so they do not cover each other.",
        "两张图片的宽高比不同({before} 与 {after}),无法完全重合。",
    ),
    "goes_in": Text("Goes in", "输入图片"),
    "comes_out": Text("Comes out", "输出图片"),
    "picked": Text("goes on", "用于后续"),
    "figure": Text("image {at}", "图{at}"),
    "open_original": Text("open original", "打开原图"),
    "open_file": Text("Open the file itself", "直接打开文件"),
    "actual_size": Text("Every pixel", "原始大小"),
    "previous": Text("Previous picture", "上一张"),
    "next": Text("Next picture", "下一张"),
    "close": Text("Close", "关闭"),
    "gone": Text(
        "The file {file} is missing or cannot be shown; this is the small copy from the page.",
        "文件 {file} 缺失或无法显示,以下为页面中的缩小副本。",
    ),
    "picks_label": Text(
        "Picture {number} of {count} goes on", "共 {count} 张,第 {number} 张用于后续"
    ),
    "seed": Text("seed", "种子"),
    "source_type": Text("Kind of picture", "图片来源类型"),
    "verify_how": Text(
        "This hashes every file of the run again and names what does not match:",
        "重新计算本次运行所有文件的哈希并指出不一致之处:",
    ),
    "alt_output": Text(
        "{step}: picture {at} of {count}, made by {operation}",
        "{step}:第 {at} 张,共 {count} 张,操作 {operation}",
    ),
    "alt_input": Text("Input picture {name}", "输入图片 {name}"),
    "not_kept": Text("This picture was not kept.", "该图片未保留。"),
    "missing": Text("The file {file} is missing.", "文件 {file} 不存在。"),
    "outside": Text(
        "The file {file} lies outside the folder of the run and is not shown.",
        "文件 {file} 不在运行目录内,不予显示。",
    ),
    "unreadable": Text(
        "The file {file} cannot be read as a picture.", "文件 {file} 无法作为图片读取。"
    ),
    "no_picture": Text("No picture", "无图片"),
    "prompt": Text("Prompt", "提示词"),
    "sent": Text("Prompt as sent", "实际发送的提示词"),
    "template": Text("Template", "模板"),
    "negative": Text("Negative prompt", "反向提示词"),
    "arguments": Text("Arguments", "参数"),
    "parameters": Text("Model parameters", "模型参数"),
    "facts": Text("Facts", "详情"),
    "operation": Text("Operation", "操作"),
    "model": Text("Model", "模型"),
    "fingerprint": Text("Fingerprint", "请求指纹"),
    "needs": Text("Needs", "依赖"),
    "decision": Text("Why", "原因"),
    "notes": Text("Notes", "说明"),
    "checks": Text("Measured", "测量"),
    "checked_picture": Text("picture {at}", "第 {at} 张"),
    "since": Text("{name} since {picture}", "相对 {picture} 的{name}"),
    "not_measured": Text("not measured", "未能测量"),
    "mended": Text("Mended before it was sent", "发送前的处理"),
    "reused_from": Text("Reused from run", "复用自运行"),
    "service": Text("Service", "服务地址"),
    "billed": Text("Pictures billed", "计费张数"),
    "at_risk": Text("Pictures perhaps billed", "可能计费的张数"),
    "task": Text("Task", "任务 ID"),
    "request": Text("Request", "请求 ID"),
    "rewritten": Text(
        "Prompt as the service rewrote it, picture {number}", "服务改写后的提示词,第 {number} 张"
    ),
    "inputs": Text("Inputs", "输入"),
    "source": Text("The recipe as it was run", "本次运行的配方"),
    "provenance": Text("Provenance", "溯源"),
    "provenance_how": Text(
        "SHA-256 of the bytes of every file; sha256sum gives the same for an untouched file.",
        "每个文件内容的 SHA-256;文件未被改动时,用 sha256sum 可得到相同的值。",
    ),
    "name": Text("Name", "名称"),
    "file": Text("File", "文件"),
    "size": Text("Size", "尺寸"),
    "bytes": Text("Bytes", "字节"),
    "digest": Text("Digest of the plan", "计划摘要"),
    "written_by": Text("Written by wanflow {version}", "由 wanflow {version} 生成"),
}

STATES: Mapping[str, Text] = {
    "waiting": Text("waiting", "等待中"),
    "running": Text("running", "运行中"),
    "done": Text("done", "完成"),
    "reused": Text("reused", "复用"),
    "failed": Text("failed", "失败"),
    "skipped": Text("skipped", "跳过"),
    "undecided": Text("needs a decision", "待决定"),
    "interrupted": Text("interrupted", "已中断"),
    "unfinished": Text("unfinished", "未完成"),
}

# One for each `Check` of a measure.
CHECKS: Mapping[str, Text] = {
    "size": Text("size is off by", "尺寸偏差"),
    "flat": Text("one colour", "单一颜色"),
    "identical": Text("unchanged", "与原图相同"),
    "shift": Text("shift", "位移"),
    "zoom": Text("zoom", "缩放"),
    "kept": Text("kept", "保留"),
    "changed": Text("changed", "改动"),
    "text": Text("text", "文字"),
    "count": Text("count", "数量"),
    "border": Text("white border", "白边"),
}

# One for each `Reason` of a decision.
REASONS: Mapping[str, Text] = {
    "recorded": Text(
        "The same request had been made before, so its pictures stand again at no cost",
        "相同的请求以前执行过,直接复用其图片,不再付费",
    ),
    "first-time": Text("Nothing like it had been made in this workspace", "该工作区首次执行此请求"),
    "prompt-changed": Text("The prompt had changed", "提示词已改变"),
    "arguments-changed": Text("An argument had changed", "操作参数已改变"),
    "parameters-changed": Text("A model parameter had changed", "模型参数已改变"),
    "model-changed": Text("The model had changed", "模型已改变"),
    "provider-changed": Text("The provider had changed", "服务已改变"),
    "operation-changed": Text("The operation had changed", "操作定义已改变"),
    "images-changed": Text("An input picture had changed", "输入图片已改变"),
    "upstream-changed": Text("A step that it needs ran again", "所依赖的步骤重新执行"),
    "topped-up": Text("The pictures that were not made are asked for again", "补做未生成的图片"),
    "take-changed": Text("Another take was asked for", "要求重新生成一版"),
    "unfinished": Text("The last try did not end, or failed", "上次执行未完成或失败"),
    "objects-missing": Text(
        "It was recorded, but its pictures are gone or damaged", "已有记录,但图片丢失或损坏"
    ),
    "not-selected": Text("The command line left it out", "命令行未选择此步骤"),
    "when-false": Text("Its condition is false", "条件不成立"),
    "upstream-skipped": Text("A step that it needs was left out", "所依赖的步骤被跳过"),
}


def filled(text: Text, **values: object) -> Text:
    """Put values into both languages; a value that is a `Text` itself goes in by language."""
    en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
    return Text(text.en.format(**en), text.zh.format(**zh))


def duration(seconds: float) -> Text:
    """Say how long something took: `0.4 s`, `3 min 12 s`, `2 h 5 min`."""
    if seconds < 9.95:
        return Text(f"{seconds:.1f} s", f"{seconds:.1f} 秒")
    whole = round(seconds)
    if whole < 60:
        return Text(f"{whole} s", f"{whole} 秒")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return Text(f"{minutes} min {rest} s", f"{minutes} 分 {rest} 秒")
    hours, minutes = divmod(minutes, 60)
    return Text(f"{hours} h {minutes} min", f"{hours} 小时 {minutes} 分")


def money(amount_micro: int, currency: str) -> str:
    """Write an amount to the hundredth, finer only where it has finer parts: `¥1.00`, `0.036 USD`.

    Args:
        amount_micro: in millionths of the currency.
        currency: its ISO 4217 code.
    """
    whole, rest = divmod(abs(amount_micro), 1_000_000)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    sign = "-" if amount_micro < 0 else ""
    if currency == "CNY":
        return f"{sign}¥{whole}.{digits}"
    return f"{sign}{whole}.{digits} {currency}"


def moment(iso: str) -> str:
    """Shorten a UTC time in ISO 8601 to the minute, for people; what is none stays as it is."""
    if len(iso) >= 16 and iso[10] == "T":
        return f"{iso[:10]} {iso[11:16]} UTC"
    return iso
