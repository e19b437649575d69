"""Fills canned replies in: a small, strict subset of Liquid that evaluates nothing.

``{{ customer.first_name | default: "there" }}`` looks a value up, ``{{ ask "Refund amount" }}``
asks the agent, ``{% if channel == "mail" %} .. {% elsif .. %} .. {% else %} .. {% endif %}``
chooses. Look-ups go through dictionaries only, never through attributes, and what is looked up
is inserted once, literally: ``{{`` in a customer's name stays text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent_tui.content.template_filters import FILTERS, FilterProblem, Value, text_of


class TemplateError(Exception):
    """A template cannot be read or filled in; ``str()`` says where and what to do."""

    def __init__(self, sentence: str, line: int, column: int) -> None:
        super().__init__(f"Line {line}, column {column}: {sentence}")
        self.sentence = sentence
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to the agent, asked once however often it stands in the template."""

    label: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A filled-in template; what could not be filled in stands in ``text`` as it was written."""

    text: str
    missing: tuple[str, ...]  # names of variables and labels of prompts


def prompts(text: str) -> tuple[Prompt, ...]:
    """The questions in ``text``, each label once, with its first default."""
    found: dict[str, Prompt] = {}
    for expression in _expressions(_parsed(text)):
        if expression.ask is not None:
            known = found.get(expression.ask)
            if known is None or not known.default:
                default = next((a for name, a, _ in expression.filters if name == "default"), "")
                found[expression.ask] = Prompt(expression.ask, default or "")
    return tuple(found.values())


def variables(text: str) -> frozenset[str]:
    """The dotted names that ``text`` looks up, in conditions too."""
    return frozenset(one.path for one in _expressions(_parsed(text)) if one.path)


def render(text: str, values: Mapping[str, object], answers: Mapping[str, str]) -> Rendered:
    """``text`` with ``values`` by dotted name and ``answers`` by label of their prompt.

    Raises :class:`TemplateError` where the template is wrong. An absent or empty value without
    a ``default`` is missing; in a condition it is merely false.
    """
    missing: dict[str, None] = {}
    out: list[str] = []
    for piece in _chosen(_parsed(text), values, answers):
        if isinstance(piece, str):
            out.append(piece)
            continue
        value = piece.value(values, answers)
        if value is None or value == "":
            missing[piece.ask if piece.ask is not None else piece.path] = None
            out.append(piece.source)
        else:
            out.append(piece.text(value))
    return Rendered("".join(out), tuple(missing))


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    column: int

    def problem(self, sentence: str) -> TemplateError:
        return TemplateError(sentence, self.line, self.column)


@dataclass(frozen=True, slots=True)
class _Expression:
    """A value with its filters: a literal, a look-up or a prompt."""

    source: str
    place: _Place
    literal: str | None = None
    path: str = ""
    ask: str | None = None
    filters: tuple[tuple[str, str | None, _Place], ...] = ()

    def value(self, values: Mapping[str, object], answers: Mapping[str, str]) -> Value:
        found: Value = self.literal
        if self.ask is not None:
            found = answers.get(self.ask)
        elif self.path:
            found = self._looked_up(values)
        for name, argument, place in self.filters:
            try:
                found = FILTERS[name](found, argument)
            except FilterProblem as problem:
                raise place.problem(str(problem)) from None
        return found

    def text(self, value: Value) -> str:
        try:
            return text_of(value)
        except FilterProblem:
            raise self.place.problem(
                f'"{self.path}" is a group of values; name one of them.'
            ) from None

    def _looked_up(self, values: Mapping[str, object]) -> Value:
        found: Value = values
        for name in self.path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True)
class _Condition:
    left: _Expression
    operator: str = ""
    right: _Expression | None = None

    def holds(self, values: Mapping[str, object], answers: Mapping[str, str]) -> bool:
        left = self.left.value(values, answers)
        if self.right is None:
            return bool(left)
        right = self.right.value(values, answers)
        if self.operator == "contains":
            parts = left if isinstance(left, (list, tuple)) else str("" if left is None else left)
            return str("" if right is None else right) in parts
        same = ("" if left is None else str(left)) == ("" if right is None else str(right))
        return same is (self.operator == "==")


@dataclass(slots=True)
class _Choice:
    """An ``if`` with its branches; the one without a condition is the ``else``."""

    place: _Place
    branches: list[tuple[_Condition | None, list["_Node"]]] = field(default_factory=list)


_Node = str | _Expression | _Choice


def _chosen(
    nodes: Sequence[_Node], values: Mapping[str, object], answers: Mapping[str, str]
) -> Iterator[str | _Expression]:
    for node in nodes:
        if not isinstance(node, _Choice):
            yield node
            continue
        for condition, inner in node.branches:
            if condition is None or condition.holds(values, answers):
                yield from _chosen(inner, values, answers)
                break


def _expressions(nodes: Sequence[_Node]) -> Iterator[_Expression]:
    for node in nodes:
        if isinstance(node, _Expression):
            yield node
        elif isinstance(node, _Choice):
            for condition, inner in node.branches:
                if condition:
                    yield condition.left
                    if condition.right:
                        yield condition.right
                yield from _expressions(inner)


def _parsed(text: str) -> list[_Node]:
    builder = _Builder()
    for before, tag, place in _tags(text):
        if before:
            builder.nodes.append(before)
        if tag.startswith("{{"):
            builder.nodes.append(_Line(tag, place).output())
        elif tag:
            builder.control(_Line(tag, place), place)
    return builder.finished()


class _Builder:
    """Puts nodes where the conditions around them say."""

    def __init__(self) -> None:
        self.nodes: list[_Node] = []
        self._open: list[tuple[_Choice, list[_Node]]] = []  # with the nodes around each

    def control(self, line: "_Line", place: _Place) -> None:
        word = line.word()
        if word == "if":
            self._begin(_Choice(place), line.condition())
        elif not self._open:
            raise place.problem(f'"{word}" has no "if" before it.')
        elif word == "endif":
            line.end()
            self.nodes = self._open.pop()[1]
        else:
            choice = self._open[-1][0]
            if choice.branches[-1][0] is None:
                raise place.problem(f'"{word}" stands after "else"; "else" comes last.')
            self._branch(choice, line.condition() if word == "elsif" else None)
            line.end()

    def finished(self) -> list[_Node]:
        if self._open:
            raise self._open[-1][0].place.problem('This "if" has no "endif".')
        return self.nodes

    def _begin(self, choice: _Choice, condition: _Condition) -> None:
        if len(self._open) == _DEEPEST:
            raise choice.place.problem(f"More than {_DEEPEST} conditions stand in each other.")
        self.nodes.append(choice)
        self._open.append((choice, self.nodes))
        self._branch(choice, condition)

    def _branch(self, choice: _Choice, condition: _Condition | None) -> None:
        self.nodes = []
        choice.branches.append((condition, self.nodes))


def _tags(text: str) -> Iterator[tuple[str, str, _Place]]:
    """The text before each tag, the tag, and its place; no tag after the last text.

    A ``{% %}`` alone on its line takes the line with it.
    """
    position = 0
    line, line_start, counted = 1, 0, 0
    for match in _TAG.finditer(text):
        start = match.start(1)
        line += text.count("\n", counted, start)
        line_start = max(line_start, text.rfind("\n", counted, start) + 1)
        counted = start
        place = _Place(line, start - line_start + 1)
        if not match[1].endswith(("}}", "%}")):
            raise place.problem(f'"{match[1][:30]}" is never closed.')
        begin, end = match.start(1), match.end(1)
        alone = match[1].startswith("{%") and not text[line_start:begin].strip(" \t")
        rest = _REST_OF_LINE.match(text, end)
        if alone and rest and position <= line_start:
            begin, end = line_start, rest.end()
        yield text[position:begin], match[1], place
        position = end
    yield text[position:], "", _Place(line, 1)


class _Line:
    """The words of one tag, taken one by one."""

    def __init__(self, source: str, place: _Place) -> None:
        self._source = source
        self._inside = source[2:-2]
        self._tag = place
        self._position = 0

    def output(self) -> _Expression:
        """The tag as something to insert."""
        found = self._expression()
        self.end()
        return found

    def condition(self) -> _Condition:
        """What stands behind ``if`` or ``elsif``."""
        left = self._expression()
        operator = self._take("operator")
        if not operator:
            self.end()
            return _Condition(left)
        right = self._expression()
        self.end()
        return _Condition(left, operator, right)

    def word(self) -> str:
        """The word that says what a ``{% %}`` does."""
        place = self._place()
        word = self._take("name")
        if word not in {"if", "elsif", "else", "endif"}:
            raise place.problem('Only "if", "elsif", "else" and "endif" can stand here.')
        return word

    def end(self) -> None:
        """Nothing more may follow."""
        rest = self._inside[self._position :].strip()
        if rest:
            raise self._problem(f'"{rest}" makes no sense here.')

    def _expression(self) -> _Expression:
        place = self._place()
        quoted = self._take("quoted")
        if quoted:
            base = _Expression(self._source, place, literal=quoted[1:-1])
        else:
            name = self._take("name")
            if not name:
                raise self._problem("A name or a text in quotes is missing here.")
            asked = self._take("quoted") if name == "ask" else ""
            if name == "ask" and not asked[1:-1].strip():
                raise self._problem('"ask" needs a question in quotes.')
            base = _Expression(
                self._source,
                place,
                path="" if asked else name,
                ask=asked[1:-1].strip() if asked else None,
            )
        filters = tuple(self._filters())
        return _Expression(base.source, place, base.literal, base.path, base.ask, filters)

    def _filters(self) -> Iterator[tuple[str, str | None, _Place]]:
        while self._take("pipe"):
            place = self._place()
            name = self._take("name")
            if name not in FILTERS:
                known = ", ".join(FILTERS)
                raise place.problem(f'There is no filter "{name}"; there are {known}.')
            argument: str | None = None
            if self._take("colon"):
                quoted = self._take("quoted")
                if not quoted:
                    raise self._problem(f'"{name}:" needs a text in quotes.')
                argument = quoted[1:-1]
            yield name, argument, place

    def _take(self, kind: str) -> str:
        match = _WORDS[kind].match(self._inside, self._position)
        if match is None:
            return ""
        self._position = match.end()
        return match[1]

    def _place(self) -> _Place:
        blank = len(self._inside) - len(self._inside[self._position :].lstrip()) - self._position
        before = self._inside[: self._position + blank]
        line = self._tag.line + before.count("\n")
        if line > self._tag.line:
            return _Place(line, len(before) - before.rfind("\n"))
        return _Place(line, self._tag.column + 2 + len(before))

    def _problem(self, sentence: str) -> TemplateError:
        return self._place().problem(sentence)


_DEEPEST = 50
_TAG = re.compile(
    r"(\{\{(?:\"[^\"]*+\"|'[^']*+'|[^\"'}]|\}(?!\}))*+(?:\}\})?"
    r"|\{%(?:\"[^\"]*+\"|'[^']*+'|[^\"'%]|%(?!\}))*+(?:%\})?)"
)
_REST_OF_LINE = re.compile(r"[ \t]*(?:\n|\Z)")
_WORDS = {
    "quoted": re.compile(r"\s*+(\"[^\"]*+\"|'[^']*+')"),
    "name": re.compile(r"\s*+([A-Za-z_]\w*+(?:\.\w++)*+)"),
    "operator": re.compile(r"\s*+(==|!=|contains\b)"),
    "pipe": re.compile(r"\s*+(\|)"),
    "colon": re.compile(r"\s*+(:)"),
}
