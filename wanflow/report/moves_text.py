"""What another model would change, as a person reads it and as a program does."""

from collections.abc import Iterator, Mapping

from wanflow.model.values import JsonValue, Size
from wanflow.planning.moves import Move, Moves, Side
from wanflow.report.amounts import counted, duration, money
from wanflow.report.columns import wrapped
from wanflow.report.ink import Colour, Ink
from wanflow.report.safe import safe_text

_COLUMNS = 80
_LABEL = 14
_COLOURS: Mapping[str, Colour] = {"stops": "red", "loses": "yellow", "differs": "dim"}


def moves_text(moves: Moves, *, color: bool = False) -> str:
    """Show what would change with another model, in lines of at most 80 columns."""
    ink = Ink(color)
    olds = list(dict.fromkeys(move.before.model for move in moves.steps))
    lines = [f"{ink(f'with {moves.model}', 'bold')} instead of {', '.join(olds) or 'nothing'}"]
    for move in moves.steps:
        lines += ["", *_step(move, moves, ink)]
    if not moves.steps:
        return "\n".join([*lines, "", "no step of the recipe is done by a model"])
    lines += ["", ink("in all", "bold")]
    for label, text in _in_all(moves):
        lines += _labelled(label, text, ink(label, "dim"))
    return "\n".join([*lines, "", ink(_verdict(moves), "bold")])


def moves_json(moves: Moves) -> JsonValue:
    """Give the same as the `comparison` that `schemas/plan.schema.json` describes."""
    return {
        "model": moves.model,
        "region": moves.region,
        "regions": list(moves.regions),
        "cost_micro": {"before": moves.cost_before_micro, "after": moves.cost_after_micro},
        "seconds_estimate": {"before": moves.seconds_before, "after": moves.seconds_after},
        "steps": [
            {
                "step": move.step,
                "operation": move.operation,
                "n": move.n,
                "before": _side_json(move.before),
                "after": _side_json(move.after),
                "changes": [
                    {"kind": change.kind, "code": change.code, "message": change.message}
                    for change in move.changes
                ],
            }
            for move in moves.steps
        ],
    }


def _step(move: Move, moves: Moves, ink: Ink) -> Iterator[str]:
    yield f"{ink(safe_text(move.step), 'bold')}  {safe_text(move.operation)}"
    if move.before == move.after:
        yield "  done by this model already"
        return
    for change in move.changes:
        text = safe_text(change.message, None)
        yield from _labelled(change.kind, text, ink(change.kind, _COLOURS[change.kind]))
    old, new = move.before.parameters, move.after.parameters
    sends = [f"{name} {new[name]}" for name in new if old.get(name) != new[name]]
    # Whoever asked for nothing loses nothing.
    drops = [name for name in old if name not in new and old[name] is not False]
    words = {"sends": ", ".join(sends), "leaves out": ", ".join(drops)}
    words["result"] = _change(_size(move.before.result_size), _size(move.after.result_size))
    words["price"] = _change(_price(move.before, moves), _price(move.after, moves))
    words["time"] = _change(duration(move.before.seconds), duration(move.after.seconds))
    for label, text in words.items():
        if text:
            yield from _labelled(label, safe_text(_plain(text), None), ink(label, "dim"))


def _in_all(moves: Moves) -> Iterator[tuple[str, str]]:
    before, after = (
        money(cost, moves.currency) for cost in (moves.cost_before_micro, moves.cost_after_micro)
    )
    yield "price", f"{before} before, {after} after, if nothing were made yet"
    old, new = duration(moves.seconds_before), duration(moves.seconds_after)
    yield "time", f"about {old} before, about {new} after"
    yield "served in", ", ".join(moves.regions)


def _verdict(moves: Moves) -> str:
    if all(move.before == move.after for move in moves.steps):
        return "nothing would change"
    stopped = [move.step for move in moves.steps if any(c.kind == "stops" for c in move.changes)]
    if stopped:
        return f"{counted(len(stopped), 'step')} would be refused: {', '.join(stopped)}"
    lost = [move.step for move in moves.steps if any(c.kind == "loses" for c in move.changes)]
    if lost:
        return f"it would run; {counted(len(lost), 'step')} would lose something"
    return f"it would run: write `model: {moves.model}` under `defaults`, or on a step"


def _side_json(side: Side) -> JsonValue:
    size = side.result_size
    pixels = {"width_px": size.width_px, "height_px": size.height_px} if size else None
    return {
        "model": side.model,
        "parameters": dict(side.parameters),
        "result_size": pixels,
        "price_micro": side.price_micro,
        "seconds_estimate": side.seconds,
    }


def _change(before: str, after: str) -> str:
    return "" if before == after else f"{before} before, {after} after"


def _size(size: Size | None) -> str:
    return str(size) if size else "not known beforehand"


def _price(side: Side, moves: Moves) -> str:
    if side.price_micro is None:
        return f"no price in {moves.region}"
    return f"{money(side.price_micro, moves.currency)} a picture"


def _plain(text: str) -> str:
    return text.replace("True", "true").replace("False", "false")


def _labelled(label: str, text: str, shown: str) -> Iterator[str]:
    first, *more = wrapped(text, _COLUMNS - _LABEL)
    yield f"  {shown}{' ' * (_LABEL - 2 - len(label))}{first}"
    for line in more:
        yield " " * _LABEL + line
