"""Money, time and numbers in words."""

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}
_MICRO = 1_000_000


def money(amount_micro: int, currency: str) -> str:
    """Write an amount exactly, with at least two digits after the point: `¥0.20`, `CHF 1.2345`."""
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'-' * (amount_micro < 0)}{sign}{_decimal(abs(amount_micro))}"


def duration(seconds: float) -> str:
    """Write a time as people say it: `0.4 s`, `12 s`, `3 min 12 s`, `2 h 05 min`."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def counted(number: int, word: str) -> str:
    """Write a number with its word: `1 picture`, `3 pictures`."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def _decimal(amount_micro: int) -> str:
    whole, rest = divmod(amount_micro, _MICRO)
    return f"{whole:,}.{f'{rest:06}'.rstrip('0'):0<2}"
