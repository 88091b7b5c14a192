"""A YAML file as plain lists and dictionaries of text, each value with its line.

The file may come from anybody, so it is composed, never constructed: no object is made
from it, and what aliases unfold to is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 400_000
"""A hall of two thousand items; the parser reads about 80,000 bytes a second at worst."""
MAX_VALUES = 100_000
"""Counted with aliases unfolded: a hall of two thousand items has about twenty thousand."""
MAX_DEPTH = 12

Path = tuple[str | int, ...]
Value = str | int | bool | Decimal | None | list["Value"] | dict[str, "Value"]

_YAML = "tag:yaml.org,2002:"
_SCALARS = frozenset(
    f"{_YAML}{kind}" for kind in ("str", "int", "float", "bool", "timestamp", "value", "merge")
)
_NULL = f"{_YAML}null"


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a file."""

    line: int
    """1-based; 0 means the file as a whole."""
    where: str
    """The place in words, such as 「items 第 3 项 › minutes」."""
    sentence: str

    def __str__(self) -> str:
        place = "：".join(
            part for part in (f"第 {self.line} 行" if self.line else "", self.where) if part
        )
        return f"{place}：{self.sentence}" if place else self.sentence


class Unreadable(Exception):
    """The file cannot be read as one YAML document at all."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(line, "", sentence)


@dataclass
class Tree:
    """The document. Every scalar is its text as written, or what it stands for where that was asked
    for; null is None."""

    root: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    """Repeated keys, keys that are not text, and tags we do not know."""

    def fault(self, path: Path, sentence: str) -> Fault:
        """A fault at `path`, or at the nearest place above it that has a line."""
        known = next(p for p in _upwards(path) if p in self.lines)
        return Fault(self.lines[known], words(path), sentence)


def words(path: Path) -> str:
    """A path as an administrator reads it; entries of a list are counted from 1."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f" 第 {step + 1} 项"
        else:
            text += f" › {step}" if text else step
    return text.strip()


def read_tree(raw: bytes, *, typed: bool = False) -> Tree:
    """The one document in `raw`; `typed`: with exact numbers, and true and false, where they are
    not in quotes. Raises Unreadable."""
    root = _compose(raw)
    tree = Tree(lines={(): 1})
    if root is not None:
        tree.root = _Unfolding(tree, typed).value(root, ())
    return tree


def _compose(raw: bytes) -> Node | None:
    if len(raw) > MAX_BYTES:
        raise Unreadable(0, f"文件过大（{len(raw)} 字节），最多 {MAX_BYTES} 字节")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "文件不是 UTF-8 编码，请另存为 UTF-8 后再试") from error
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise Unreadable(line, _in_words(f"{error.context} {error.problem}")) from error
    except YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        raise Unreadable(line, "文件里有 YAML 不允许的字符") from error
    except RecursionError as error:
        raise Unreadable(0, "文件嵌套层数过深") from error
    # The parser fails on some broken directives, tags and escapes with bare Python errors.
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise Unreadable(0, "YAML 写法有误，无法读取") from error
    return root


_PARSER_SAYS = (
    (r"sequence entries are not allowed|mapping keys are not allowed", "“- ”或“? ”不能写在这里"),
    (r"mapping values are not allowed", "这里多了一个冒号，或者缩进不对；内容里有冒号的，加上引号"),
    (r"could not find expected ':'", "键后面缺少冒号，或者冒号后面缺少空格"),
    (r"flow sequence|expected ',' or '\]'|unclosed '\['", "方括号没有成对，或者中间缺少逗号"),
    (r"flow mapping|expected ',' or '\}", "花括号没有成对，或者中间缺少逗号"),
    (r"quoted scalar", "引号没有成对，或者引号里有不认识的转义（反斜杠）"),
    (r"'\\t' that cannot start any token", "缩进要用空格，不能用制表符"),
    (r"cannot start any token", "这一行以特殊符号开头，请给内容加上引号"),
    (r"found '[]}]'|<stream end>", "括号没有成对"),
    (r"block scalar", "“|”或“>”后面要换行，下面各行再缩进"),
    (r"alias|anchor", "锚点（&）或引用（*）写错了；内容以这些符号开头的，加上引号"),
    (r"block mapping|block collection|indent", "缩进与上面各行没有对齐"),
    (r"tag", "标记（!）写错了；内容以感叹号开头的，加上引号"),
    (r"document", "一个文件里只能写一份内容，请检查“---”和“...”"),
)
"""What the parser says, in order -> what a clerk can do about it."""


def _in_words(said: str) -> str:
    """A mistake of syntax as a clerk would put it; the parser speaks English only."""
    hints = (words for pattern, words in _PARSER_SAYS if re.search(pattern, said))
    return f"YAML 写法有误：{next(hints, '请检查缩进、冒号和引号')}"


class _Unfolding:
    """Turns nodes into values, noting lines and counting what aliases unfold to."""

    def __init__(self, tree: Tree, typed: bool) -> None:
        self._tree = tree
        self._typed = typed
        self._count = 0

    def value(self, node: Node, path: Path) -> Value:
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise Unreadable(line, "内容过多或嵌套过深（请检查 YAML 的锚点和引用）")
        self._tree.lines.setdefault(path, line)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(each, (*path, i)) for i, each in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> Value:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._fault(line, path, "键必须是一个词，不能是列表或一组键值")
                continue
            key = str(key_node.value)
            if key in found:
                self._fault(line, (*path, key), "这个键写了两次")
                continue
            # A key's own line, not its value's, is where a reader looks for it.
            self._tree.lines[*path, key] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: Node, path: Path) -> Value:
        tag = str(node.tag)
        if tag == _NULL:
            return None
        if tag not in _SCALARS:
            self._fault(node.start_mark.line + 1, path, f"不认识的 YAML 标记 {tag}")
        text = str(node.value)
        return _meant(tag.removeprefix(_YAML), text) if self._typed else text

    def _fault(self, line: int, path: Path, sentence: str) -> None:
        self._tree.faults.append(Fault(line, words(path), sentence))


def _meant(kind: str, text: str) -> Value:
    """A scalar as JSON would have it; what JSON has no word for stays text."""
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if number.is_finite():
            return int(number) if kind == "int" else number
    return text


def _upwards(path: Path) -> list[Path]:
    return [path[:n] for n in range(len(path), -1, -1)]
