"""The rules of one scope, compiled for what is known of its subjects beforehand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analyzer.limits import SORTS_KNOWN
from analyzer.rules.by_form import known_of
from analyzer.rules.forms import Form
from analyzer.rules.fusing import Clause
from analyzer.rules.residue import clauses_left
from analyzer.rules.sorts import Sort, given, sort_of
from analyzer.rules.to_python import Fused, PolicyValues, fuse


class Scope:
    """The rules of one scope: a function for each sort of subjects that was met, one for all others
    where the sorts are too many, and one for each form that comes often."""

    __slots__ = (
        "_clauses",
        "_forms",
        "_functions",
        "_name",
        "_others",
        "_policy",
        "_sort_of",
        "_usual",
        "of_sort",
    )

    def __init__(
        self,
        name: str,
        clauses: Sequence[Clause],
        policy: PolicyValues,
        forms: Mapping[type, Callable[[Any], Form | None]],
        usual: int,
    ) -> None:
        self._name = name
        self._clauses = clauses
        self._policy = policy
        self._forms = forms
        self._usual = usual
        self._sort_of = sort_of(name)
        self.of_sort: dict[Sort, Fused] = {}
        self._others: Fused | None = None
        self._functions: dict[tuple[Clause, ...], Fused] = {}

    def function(self, subject: Any) -> Fused:
        """What asks a subject all that is not known of it beforehand."""
        form = self._form(subject)
        if form is not None:
            if form.function is not None:
                return form.function
            form.seen += 1
            if form.seen >= self._usual:
                form.function = self.fused(self.left(subject))
                return form.function
        return self.of_sort.get(self._sort_of(subject)) or self._meet(subject)

    def _meet(self, subject: Any) -> Fused:
        """The function for a subject of a sort that has none yet."""
        sort = self._sort_of(subject)
        if len(self.of_sort) >= SORTS_KNOWN:
            if self._others is None:
                self._others = fuse(self._name, self._clauses, self._policy)
            return self._others
        known = given(self._name, sort, self._policy)
        function = fuse(self._name, clauses_left(self._clauses, known), self._policy)
        self.of_sort[sort] = function
        return function

    def _form(self, subject: Any) -> Form | None:
        form_of = self._forms.get(type(subject))
        return None if form_of is None else form_of(subject)

    def left(self, subject: Any) -> tuple[Clause, ...]:
        """What is left of the rules for a subject that has a form."""
        form = self._form(subject)
        if form is not None and form.left is not None:
            return form.left
        known = given(self._name, self._sort_of(subject), self._policy)
        left = tuple(clauses_left(self._clauses, {**known, **known_of(self._name, subject)}))
        if form is not None:
            form.left = left
        return left

    def fused(self, left: tuple[Clause, ...]) -> Fused:
        """The function that asks it. Forms of which the same is left share it."""
        function = self._functions.get(left)
        if function is None:
            if len(self._functions) >= SORTS_KNOWN:
                self._functions.clear()
            function = self._functions[left] = fuse(self._name, left, self._policy)
        return function
