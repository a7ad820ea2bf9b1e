"""Writes a value as YAML in one of the many ways in which people do, and knows where each part is.

It shares nothing with the reader: the places are those at which this writer put things.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from wanflow.model.values import JsonValue

# What is a text without quotes by every version of YAML: no number, no constant, no sign.
_BARE = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff./*-]*(?: [\w\u4e00-\u9fff]+)*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_LINES = re.compile(r"(?:[^\s#%@`'\"][^\n\r\x85\u2028\u2029]*\n?)+")
_PLACE = tuple[int, int]


@dataclass(kw_only=True)
class Written:
    """A text, and the (line, column) of every value and key in it, by pointer."""

    text: str
    values: dict[str, _PLACE]
    keys: dict[str, _PLACE]


@dataclass(kw_only=True)
class Writer:
    """Writes one value; every choice is drawn."""

    random: Random
    comments: bool = True
    shuffle: Sequence[str] = ()  # pointers' last parts whose mappings keep no order
    line_end: str = "\n"
    _parts: list[str] = field(default_factory=list)
    _line: int = 1
    _column: int = 1
    _literal_before: bool = False  # what follows would be a part of it
    _values: dict[str, _PLACE] = field(default_factory=dict)
    _keys: dict[str, _PLACE] = field(default_factory=dict)

    def write(self, value: Mapping[str, JsonValue]) -> Written:
        """Write a mapping as a whole file."""
        if self._chance(0.3):
            self._put("---" if self._chance(0.5) else "# 开头")
            self._end()
        if not value or self._chance(0.15):
            self._flow(value, "", depth=0)
        else:
            self._block(value, "", indent=self.random.choice((0, 0, 2)))
        if self._literal_before or self._chance(0.8):
            self._end()
        return Written(text="".join(self._parts), values=self._values, keys=self._keys)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._column += len(text)

    def _end(self) -> None:
        comments, self._literal_before = self.comments and not self._literal_before, False
        if comments and self._chance(0.2):
            self._put(self.random.choice(("  # why: [x", " # 注释 😀", " #")))
        self._parts.append(self.line_end)
        self._line, self._column = self._line + 1, 1
        while comments and self._chance(0.15):
            self._parts.append(self.random.choice(("", "# - a: {", "   # 图1")) + self.line_end)
            self._line += 1

    def _block(self, value: JsonValue, pointer: str, *, indent: int, begun: bool = False) -> None:
        """Write a mapping or list in lines; `begun` says that its first line has its indent."""
        entries = self._entries(value, pointer)
        for at, (key, item) in enumerate(entries):
            if at:
                self._end()
            if at or not begun:
                self._put(" " * indent)
            if not at:
                self._values[pointer] = (self._line, self._column)
            place = f"{pointer}/{_escaped(key)}"
            if isinstance(value, Mapping):
                self._keys[place] = (self._line, self._column)
                self._put(self._key(key) + ":")
            else:
                self._put("-")
            self._item(item, place, indent=indent, listed=not isinstance(value, Mapping))

    def _entries(self, value: JsonValue, pointer: str) -> list[tuple[str, JsonValue]]:
        if not isinstance(value, Mapping):
            assert isinstance(value, list)
            return [(str(at), item) for at, item in enumerate(value)]
        entries = list(value.items())
        if pointer.rpartition("/")[2] in self.shuffle or (pointer == "" and "" in self.shuffle):
            self.random.shuffle(entries)
        return entries

    def _item(self, item: JsonValue, pointer: str, *, indent: int, listed: bool) -> None:
        deeper = indent + self.random.choice((1, 2, 4))
        if isinstance(item, Mapping | list) and item and self._chance(0.6):
            if listed and self._chance(0.7):
                self._put(" " * (deeper - indent))
                self._block(item, pointer, indent=indent + 1 + deeper - indent, begun=True)
                return
            self._end()
            self._block(item, pointer, indent=deeper)
            return
        self._put(" " * self.random.choice((1, 1, 3)))
        if isinstance(item, str) and self._chance(0.2) and _is_block(item):
            self._literal(item, pointer, indent=deeper)
            return
        self._flow(item, pointer, depth=deeper)

    def _literal(self, text: str, pointer: str, *, indent: int) -> None:
        self._values[pointer] = (self._line, self._column)
        self._parts.append(("|" if text.endswith("\n") else "|-") + self.line_end)
        lines = text.removesuffix("\n").split("\n")
        self._parts.append(self.line_end.join(" " * indent + line for line in lines))
        self._line += len(lines)
        self._column = indent + len(lines[-1]) + 1
        self._literal_before = True

    def _flow(self, value: JsonValue, pointer: str, *, depth: int) -> None:
        self._values[pointer] = (self._line, self._column)
        if not isinstance(value, Mapping | list):
            self._put(self._scalar(value))
            return
        is_map = isinstance(value, Mapping)
        self._put("{" if is_map else "[")
        for at, (key, item) in enumerate(self._entries(value, pointer)):
            if at:
                self._put(",")
            if self._chance(0.1) and depth:
                self._end()
                self._put(" " * (depth + 1))
            else:
                self._put(" " * self.random.choice((0, 1)))
            place = f"{pointer}/{_escaped(key)}"
            if is_map:
                self._keys[place] = (self._line, self._column)
                self._put(self._key(key) + ": ")
            self._flow(item, place, depth=depth)
        self._put("}" if is_map else "]")

    def _key(self, key: str) -> str:
        return self._text(key)

    def _scalar(self, value: JsonValue) -> str:
        if value is None:
            return self.random.choice(("null", "~"))
        if isinstance(value, bool):
            return self.random.choice(("true", "True") if value else ("false", "FALSE"))
        return self._text(value) if isinstance(value, str) else repr(value)

    def _text(self, text: str) -> str:
        if _BARE.fullmatch(text) and text.casefold() not in _WORDS and self._chance(0.6):
            return text
        if text.isprintable() and self._chance(0.5):
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(map(_in_double_quotes, text)) + '"'


def _is_block(text: str) -> bool:
    plain = all(line.isprintable() for line in text.split("\n"))
    return plain and _LINES.fullmatch(text) is not None


def _in_double_quotes(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
