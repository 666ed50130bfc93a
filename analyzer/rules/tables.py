"""One table of a rule file: its fields with their types, and where a fault in it stands."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from analyzer.rules import language
from analyzer.rules.errors import BookError, ExpressionError, did_you_mean
from analyzer.rules.language import Definition, Names
from analyzer.rules.nodes import Condition, Value, Variable

T = TypeVar("T")


class Table:
    """One table of a file: takes its fields with their types, and knows where it stands."""

    __slots__ = ("_fields", "_taken", "file", "where")

    def __init__(self, file: str, kind: str, fields: dict[str, Any]) -> None:
        self.file = file
        self._fields = fields
        self._taken: set[str] = set()
        self.where = f"{kind} {fields.get('id', fields.get('name', '?'))}"

    def wrong(self, message: str) -> BookError:
        return BookError(f"{self.file}: {self.where}: {message}")

    def take(self, field: str, default: Any = None) -> Any:
        self._taken.add(field)
        return self._fields.get(field, default)

    def text(self, field: str, default: str | None = None) -> str:
        found = self.take(field, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.wrong(f"{field} wanted, a text")
        return " ".join(found.split())

    def word(self, field: str, words: Collection[str], default: str | None = None) -> str:
        return self.among(field, self.text(field, default), words)

    def texts(self, field: str, words: Collection[str] | None = None) -> tuple[str, ...]:
        found = self.take(field, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(f"{field} wanted, a list of texts")
        if words is not None:
            for word in found:
                self.among(field, word, words)
        return tuple(found)

    def flag(self, field: str, default: bool) -> bool:
        found = self.take(field, default)
        if not isinstance(found, bool):
            raise self.wrong(f"{field} is true or false")
        return found

    def condition(self, field: str, text: object, names: Names) -> Condition:
        return self._read(field, text, lambda source: language.condition(source, names))

    def value(self, field: str, names: Names) -> Value | None:
        text = self.take(field)
        if text is None:
            return None
        return self.expression(field, text, names)

    def expression(self, field: str, text: object, names: Names) -> Value:
        return self._read(field, text, lambda source: language.value(source, names))

    def definition(
        self, kind: str, name: str, meaning: str, text: object, names: Names
    ) -> Definition:
        return self._read(
            "value",
            text,
            lambda source: language.definition(kind, name, meaning, source, names),
        )

    def sources(self, fields: Collection[str]) -> dict[str, str]:
        """The text of those fields that are there, blanks joined."""
        found = {field: self._fields.get(field) for field in fields}
        return {field: " ".join(text.split()) for field, text in found.items() if text is not None}

    def each(self, names: Names) -> tuple[Variable, Value] | None:
        text = self.take("each")
        if text is None:
            return None
        return self._read("each", text, lambda source: language.each(source, names))

    def _read(self, field: str, text: object, read: Callable[[str], T]) -> T:
        if not isinstance(text, str):
            raise self.wrong(f"{field} wanted, an expression in quotes")
        try:
            return read(text)
        except ExpressionError as error:
            raise self.wrong(f"{field}, column {error.column}: {error.message}") from None

    def done(self) -> None:
        """Nothing may be left over: a misspelt field would be a rule that means something else."""
        for field in self._fields:
            if field not in self._taken:
                raise self.wrong(f"unknown field {field!r}{did_you_mean(field, self._taken)}")

    def among(self, field: str, word: object, words: Collection[str]) -> str:
        if not isinstance(word, str) or word not in words:
            hint = did_you_mean(str(word), words)
            raise self.wrong(f"{field} is one of {', '.join(words)}, not {word!r}{hint}")
        return word
