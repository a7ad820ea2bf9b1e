"""Model cards as a person reads them in a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from wanflow.model.card import ModelCard, SizeLimits
from wanflow.model.values import JsonValue
from wanflow.report.amounts import duration, money
from wanflow.report.columns import padded, width_of, wrapped
from wanflow.report.ink import Ink

_COLUMNS = 80
_LABEL = 14  # columns before what a label names
_FAMILIES = {
    "image2image": "as a task",
    "image-generation": "as a task",
    "multimodal-generation": "at once, without a task",
}
_TOGETHER = 2  # columns between two columns of the table
_ASSUMED = " (assumed: no page says)"


def cards_text(cards: Sequence[ModelCard], *, default: str, color: bool = False) -> str:
    """List models side by side, the default one first.

    Args:
        cards: at least one.
        default: the model of a step that names none.
        color: paint it.
    """
    ink = Ink(color)
    ordered = sorted(cards, key=lambda card: (card.name != default, card.name))
    head = ("model", "in", "out", "prompt", "takes", "price", "regions")
    rows = [head, *(_row(card) for card in ordered)]
    widths = [max(width_of(row[at]) for row in rows) for at in range(len(head) - 1)]
    lines = [
        "".join(padded(cell, width + _TOGETHER) for cell, width in zip(row, widths, strict=False))
        + row[-1]
        for row in rows
    ]
    table = [ink(lines[0], "dim"), *lines[1:]]
    return "\n".join(
        [
            *table,
            "",
            "in and out: pictures; price: of one picture in the first region; ?: no page says.",
            f"A step that names no model is done by {default}.",
            "wanflow models NAME shows all limits, prices and sources of one; wanflow plan",
            "FILE --model NAME shows what would change with it.",
        ]
    )


def card_text(card: ModelCard, *, default: bool, color: bool = False) -> str:
    """Show everything that is known of a model, in lines of at most 80 columns."""
    ink = Ink(color)
    lines = [ink(card.name, "bold") + (", the default" if default else "")]
    lines += wrapped(card.summary, _COLUMNS)
    lines.append("")
    for label, text in card_facts(card):
        lines += _labelled(label, text, ink)
    lines += ["", ink("parameters", "bold")]
    columns = max(map(len, card.parameters)) + 4
    for name, facts in card.parameters.items():
        lines += _labelled(name, parameter_facts(facts), ink, columns=columns)
    if card.notes:
        lines += ["", ink("notes", "bold")]
        for note in card.notes:
            first, *more = wrapped(note, _COLUMNS - 4)
            lines += [f"  - {first}", *(f"    {line}" for line in more)]
    lines += ["", ink("sources", "bold")]
    for source in card.sources:
        lines += [f"  {line}" for line in wrapped(source, _COLUMNS - 2)]
    return "\n".join(lines)


def _row(card: ModelCard) -> tuple[str, ...]:
    n = card.parameters.get("n", {})
    price = card.prices[0] if card.prices else None
    return (
        card.name,
        _span(card.images.count_min, card.images.count_max, "-"),
        _span(n.get("minimum", 1), n.get("maximum", 1), "-"),
        f"{card.prompt_max_chars:,}",
        f"{card.latency_typical_s:g} s{'?' if 'latency' in card.assumed else ''}",
        money(price.amount_micro, price.currency) if price else "?",
        " ".join(card.regions),
    )


def card_facts(card: ModelCard) -> Iterator[tuple[str, str]]:
    """Give what a card says besides its parameters, as pairs of a label and a text."""
    images = card.images
    yield "served", f"{_FAMILIES.get(card.family, card.family)}, in {', '.join(card.regions)}"
    mask = f", and a mask ({card.mask.edit} is edited)" if card.mask else ""
    yield "pictures", f"{_span(images.count_min, images.count_max)}{mask}"
    advised = " (advised)" if images.advised else ""
    kinds = ", ".join(kind.removeprefix("image/").upper() for kind in images.media_types)
    yield (
        "each",
        (
            f"{images.side_min_px} to {images.side_max_px} pixels a side{advised}"
            f"{_ratios(images.ratio_min, images.ratio_max)}, "
            f"{images.max_bytes / 1_000_000:g} MB at most; {kinds}"
            f"{'' if images.alpha else '; no transparency'}"
        ),
    )
    yield "size", _size(card)
    yield "prompt", f"{card.prompt_max_chars:,} characters"
    most = card.negative_prompt_max_chars
    yield "negative", "no negative prompt" if most is None else f"{most:,} characters"
    for price in card.prices:
        free = f", the first {price.free_images} free for 90 days" if price.free_images else ""
        amount = money(price.amount_micro, price.currency)
        yield "price", f"{amount} a picture in {price.region}{free} ({price.date})"
    assumed = _ASSUMED if "rate_limits" in card.assumed else ""
    yield "limits", f"{_rate(card)}{assumed}"
    assumed = _ASSUMED if "latency" in card.assumed else ""
    yield "takes", f"about {duration(card.latency_typical_s)}{assumed}"


def _size(card: ModelCard) -> str:
    if card.size is None:
        own = card.result == "operation"
        return (
            "follows from the operation" if own else "the service chooses; it cannot be asked for"
        )
    limits = card.size
    text = _pixels(limits) + _ratios(limits.ratio_min, limits.ratio_max)
    if limits.tiers:
        names = [
            f"{name}{' (not with pictures)' if name in limits.tiers_without_pictures else ''}"
            for name in limits.tiers
        ]
        text += f"; or by name: {', '.join(names)}"
    return text


def _pixels(limits: SizeLimits) -> str:
    if limits.side_min_px is not None:
        return f"{limits.side_min_px} to {limits.side_max_px} pixels a side"
    return f"{limits.area_min_px:,} to {limits.area_max_px:,} pixels in all"


def _ratios(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return ""
    return f", ratio 1:{1 / least:g} to {most:g}:1"


def _rate(card: ModelCard) -> str:
    per_s = card.submissions_per_s
    rate = f"{per_s:g} requests a second" if per_s >= 1 else f"{per_s * 60:.0f} requests a minute"
    running = card.running_at_once
    return f"{rate}, {running} running at once" if running else rate


def parameter_facts(facts: Mapping[str, JsonValue]) -> str:
    """Say in one line what a parameter takes, and what holds when it is left out."""
    parts = [str(facts.get("type", "any"))]
    least, most = facts.get("minimum"), facts.get("maximum")
    if least is not None and most is not None:
        parts.append(_span(least, most))
    values = facts.get("values")
    if isinstance(values, list | tuple):
        parts.append(" | ".join(map(str, values)))
    if "max_items" in facts:
        parts.append(f"at most {facts['max_items']} entries")
    default = facts.get("server_default")
    if default not in (None, ""):
        shown = str(default).lower() if isinstance(default, bool) else default
        parts.append(f"left out: {shown}")
    if "only_with" in facts:
        parts.append(f"only with {facts['only_with']}")
    if "note" in facts:
        parts.append(str(facts["note"]))
    return "; ".join(parts)


def _span(least: JsonValue, most: JsonValue, to: str = " to ") -> str:
    return str(most) if least == most else f"{least}{to}{most}"


def _labelled(label: str, text: str, ink: Ink, *, columns: int = _LABEL) -> Iterator[str]:
    first, *more = wrapped(text, _COLUMNS - columns)
    yield f"  {ink(label, 'dim')}{' ' * (columns - 2 - width_of(label))}{first}"
    for line in more:
        yield " " * columns + line
