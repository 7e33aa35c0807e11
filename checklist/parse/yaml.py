"""YAML text → Value, by the YAML 1.2 core schema: `on`, `off`, `yes` and dates are strings.

One loader for workflows, PM2 configs, onai-check.yaml and rule files, on PyYAML's C parser. Merge keys (`<<`) are
applied as js-yaml does, since PM2 and GitHub read such files. Anchors that contain themselves and documents that
expand beyond 100,000 values are a problem, not a hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from checklist.model import Content, Location, Parsed, Problem, Value
from checklist.units import whole

_LoaderBase = getattr(yaml, "CLoader", yaml.Loader)
_LIMIT = 100_000

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {w: v for v, ws in ((True, "true True TRUE"), (False, "false False FALSE")) for w in ws.split()}
# js-yaml, with which PM2 and GitHub read, also takes `1_000`
_INT = re.compile(r"[-+]?[0-9](?:[0-9_]*[0-9])?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TAG = "tag:yaml.org,2002:"


_PLAIN = "plain"


class _Loader(_LoaderBase):  # type: ignore[misc,valid-type]
    """PyYAML's parser with nothing resolved by form: plain scalars are only marked, `_scalar` reads them."""

    def resolve(self, kind: type[yaml.Node], text: object, implicit: object) -> str:
        if kind is yaml.ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return _PLAIN
        return _TAG + {yaml.ScalarNode: "str", yaml.SequenceNode: "seq"}.get(kind, "map")


def parse(file: str, text: str) -> Parsed:
    """The first document of a YAML text."""
    found = list(parse_all(file, text, only_first=True))
    return found[0] if found else Parsed(Value(None, Location(file)))


def parse_all(file: str, text: str, *, only_first: bool = False) -> Iterator[Parsed]:
    """The documents of a YAML text one by one; the first problem ends it."""
    text = text.removeprefix("\ufeff")
    try:
        loader = _Loader(text)
        try:
            while loader.check_node():
                yield Parsed(_Builder(file).build(loader.get_node())[0])
                if only_first:
                    return
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield Parsed(None, Problem(_inside(file, text, mark), _say(error)))
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        yield Parsed(None, Problem(Location(file, line, column, line, column), "a character that YAML does not allow"))
    except _Refused as refused:
        yield Parsed(None, Problem(refused.args[0], refused.args[1]))
    except (RecursionError, ValueError, yaml.YAMLError):
        yield Parsed(None, Problem(Location(file), "nested too deeply or malformed"))


class _Refused(Exception):
    """(location, text)."""


class _Builder:
    """Values from PyYAML's nodes; an alias shares the value of its anchor, and its size counts each time."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.built: dict[int, tuple[Content, int]] = {}

    def at(self, node: yaml.Node) -> Location:
        start, end = node.start_mark, node.end_mark
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            # libyaml ends a block collection where the next token starts: take the end of its last value
            last = node.value[-1]
            end = (last[1] if isinstance(last, tuple) else last).end_mark
        return Location(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def build(self, node: yaml.Node, above: tuple[int, ...] = ()) -> tuple[Value, int]:
        """The value of a node and how many values it holds."""
        if id(node) in above:
            raise _Refused(self.at(node), "an anchor that contains itself")
        if id(node) not in self.built:
            inside = (*above, id(node))
            if isinstance(node, yaml.SequenceNode):
                items = [self.build(n, inside) for n in node.value]
                self.built[id(node)] = tuple(v for v, _ in items), 1 + sum(n for _, n in items)
            elif isinstance(node, yaml.MappingNode):
                self.built[id(node)] = self.mapping(node, inside)
            else:
                assert isinstance(node, yaml.ScalarNode)
                self.built[id(node)] = _scalar(node), 1
        content, size = self.built[id(node)]
        if size > _LIMIT:
            raise _Refused(self.at(node), "more than 100,000 values")
        return Value(content, self.at(node)), size

    def mapping(self, node: yaml.MappingNode, inside: tuple[int, ...]) -> tuple[dict[str, Value], int]:
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        total = 1
        for key, child in node.value:
            name = _key(key)
            built, size = self.build(child, inside)
            total += size
            if name == "<<" and key.tag == _PLAIN:
                for source in built.items() or (built,):
                    merged = dict(source.members()) | merged
            elif name in own:
                raise _Refused(self.at(key), "a key that stands twice in one mapping")
            else:
                own[name] = Value(built.content, built.at, self.at(key))
        return {k: v for k, v in merged.items() if k not in own} | own, total


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return "?"
    content = _scalar(node)
    if content is None:
        return "null"
    return str(content).lower() if isinstance(content, bool) else str(content)


def _scalar(node: yaml.ScalarNode) -> Content:
    text: str = node.value
    if node.tag in (_TAG + "str", "!"):
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return whole(text.replace("_", ""))
    if _BASED.fullmatch(text):
        return whole(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text


def _say(error: yaml.MarkedYAMLError) -> str:
    # libyaml's words name tokens and characters, but some quote an anchor or tag name: keep only its fixed part.
    return re.sub(r"'(?! or ')[^']{2,}'|\"[^\"]{2,}\"", "…", error.problem or "malformed")


def _inside(file: str, text: str, mark: yaml.Mark | None) -> Location:
    if mark is None:
        return Location(file)
    lines = text.split("\n")
    line = min(mark.line, len(lines) - 1)
    column = min(mark.column, len(lines[line])) + 1
    return Location(file, line + 1, column, line + 1, column)
