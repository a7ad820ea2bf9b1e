"""The filters and tests that a template may use: our own, so that each pays for what it does.

Jinja's filters of the same names are not used: several have costs without bound (`round` with a
large precision, `replace` of a letter by a text) or read attributes (`sort`, `join`, `unique`), and
its test `even` formats text.
"""

from collections.abc import Callable, Mapping
from inspect import signature

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from wanflow.expand.limits import MAX_RANGE, Meter, check_length
from wanflow.expand.problem import RefusedError
from wanflow.expand.values import printed, size_of

METER = "(meter)"  # no template can spell this name


def meter_of(context: Context) -> Meter:
    """Give the meter of the rendering that is going on."""
    meter = context.parent[METER]
    assert isinstance(meter, Meter)  # noqa: S101 - put there by the one function that renders
    return meter


def filter_takes(name: str, positional: int, named: tuple[str, ...]) -> bool:
    """Say whether a filter takes so many arguments, and arguments of these names."""
    try:
        signature(FILTERS[name]).bind(
            None, None, *(None,) * positional, **dict.fromkeys(named, None)
        )
    except TypeError:
        return False
    return True


def _pay(context: Context, *values: object) -> None:
    meter_of(context).charge_chars(sum(size_of(value) for value in values))


def _text(context: Context, value: object) -> str:
    _pay(context, value)
    return printed(value)


def _listed(context: Context, value: object) -> tuple[object, ...]:
    _pay(context, value)
    if isinstance(value, tuple):
        return value
    if isinstance(value, dict):
        raise RefusedError(
            "template-value", "a mapping is no list", hint="write | items for its keys and values"
        )
    raise RefusedError("template-value", "this is no list")


def _number(value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise RefusedError("template-value", f"{what} takes a whole number")


@pass_context
def _default(
    context: Context,
    value: object,
    default_value: object = "",
    boolean: bool = False,  # noqa: FBT001, FBT002 - the form that Jinja gives it
) -> object:
    meter_of(context).charge(1)
    if value is None or isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


@pass_context
def _join(context: Context, value: object, separator: object = "") -> str:
    texts = [printed(item) for item in _listed(context, value)]
    between = printed(separator)
    length = sum(map(len, texts)) + len(between) * max(0, len(texts) - 1)
    check_length(length)
    meter_of(context).charge_chars(length)
    return between.join(texts)


@pass_context
def _upper(context: Context, value: object) -> str:
    return _text(context, value).upper()


@pass_context
def _lower(context: Context, value: object) -> str:
    return _text(context, value).lower()


@pass_context
def _trim(context: Context, value: object, chars: object = None) -> str:
    text = _text(context, value)
    return text.strip(None if chars is None else printed(chars))


@pass_context
def _title(context: Context, value: object) -> str:
    return _text(context, value).title()


@pass_context
def _capitalize(context: Context, value: object) -> str:
    return _text(context, value).capitalize()


@pass_context
def _length(context: Context, value: object) -> int:
    _pay(context, value)
    if isinstance(value, str | tuple | dict):
        return len(value)
    raise RefusedError("template-value", "a number has no length")


@pass_context
def _items(context: Context, value: object) -> tuple[tuple[str, object], ...]:
    _pay(context, value)
    if isinstance(value, dict):
        return tuple(value.items())
    raise RefusedError("template-value", "only a mapping has items")


@pass_context
def _round(context: Context, value: object, precision: object = 0) -> float:
    meter_of(context).charge(1)
    digits = _number(precision, "round")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= digits <= 15:
        raise RefusedError(
            "template-value", "round takes a number, and how many digits to keep, up to 15"
        )
    return round(float(value), digits) if digits else round(value)


@pass_context
def _first(context: Context, value: object) -> object:
    return _at(context, value, 0)


@pass_context
def _last(context: Context, value: object) -> object:
    return _at(context, value, -1)


def _at(context: Context, value: object, index: int) -> object:
    items = tuple(_text(context, value)) if isinstance(value, str) else _listed(context, value)
    return items[index] if items else context.environment.undefined("the list is empty")


@pass_context
def _replace(context: Context, value: object, old: object, new: object) -> str:
    text, before, after = (_text(context, given) for given in (value, old, new))
    if not before:
        raise RefusedError("template-value", "replace needs to know what to replace")
    length = len(text) + text.count(before) * (len(after) - len(before))
    check_length(length)
    meter_of(context).charge_chars(length)
    return text.replace(before, after)


@pass_context
def _sort(
    context: Context,
    value: object,
    reverse: bool = False,  # noqa: FBT001, FBT002 - the form that Jinja gives it
) -> tuple[object, ...]:
    items = _scalars(context, value)
    meter_of(context).charge(len(items) * len(items).bit_length())
    return tuple(sorted(items, reverse=bool(reverse)))  # type: ignore[type-var] # a TypeError is caught by whoever renders


@pass_context
def _unique(context: Context, value: object) -> tuple[object, ...]:
    return tuple(dict.fromkeys(_scalars(context, value)))


def _scalars(context: Context, value: object) -> tuple[object, ...]:
    items = _listed(context, value)
    if any(isinstance(item, tuple | dict) for item in items):
        raise RefusedError("template-value", "only texts and numbers can be sorted or told apart")
    return items


FILTERS: Mapping[str, Callable[..., object]] = {
    "capitalize": _capitalize,
    "default": _default,
    "first": _first,
    "items": _items,
    "join": _join,
    "last": _last,
    "length": _length,
    "lower": _lower,
    "replace": _replace,
    "round": _round,
    "sort": _sort,
    "title": _title,
    "trim": _trim,
    "unique": _unique,
    "upper": _upper,
}


# What an allowed template is rewritten to before it is compiled: no template can spell these names.


@pass_context
def _metered_loop(context: Context, value: object, nodes: int) -> tuple[object, ...]:
    items = _listed(context, value)
    meter_of(context).charge(len(items) * nodes)
    return items


@pass_context
def _weighed(context: Context, value: object) -> object:
    _pay(context, value)
    return value


@pass_context
def _concat(context: Context, *values: object) -> str:
    texts = [_text(context, value) for value in values]
    check_length(sum(map(len, texts)))
    return "".join(texts)


@pass_context
def _range(context: Context, *bounds: object) -> tuple[int, ...]:
    numbers = range(*(_number(bound, "range") for bound in bounds))
    # Not len(): that fails beyond the machine's word.
    if numbers[MAX_RANGE:]:
        raise RefusedError("template-limit", f"a range of more than {MAX_RANGE:,} numbers")
    meter_of(context).charge(len(numbers))
    return tuple(numbers)


LOOP, WEIGH, CONCAT, RANGE = "(loop)", "(weigh)", "(concat)", "(range)"
INNER_FILTERS: Mapping[str, Callable[..., object]] = {
    LOOP: _metered_loop,
    WEIGH: _weighed,
    CONCAT: _concat,
    RANGE: _range,
}


def _whole(value: object) -> int:
    return _number(value, "this test")


TESTS: Mapping[str, Callable[..., bool]] = {
    # What is left out stands in the context as None: see `render`.
    "defined": lambda value: value is not None and not isinstance(value, Undefined),
    "divisibleby": lambda value, by: _whole(value) % _whole(by) == 0,
    "even": lambda value: _whole(value) % 2 == 0,
    "none": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "odd": lambda value: _whole(value) % 2 == 1,
    "string": lambda value: isinstance(value, str),
    "undefined": lambda value: value is None or isinstance(value, Undefined),
}


def test_takes(name: str, positional: int) -> bool:
    """Say whether a test takes so many arguments."""
    return len(signature(TESTS[name]).parameters) == positional + 1
