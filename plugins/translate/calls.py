"""Calls: of functions, methods, classes, and of what Python itself has."""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ARG_STAR,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    IntExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OverloadedFuncDef,
    RefExpr,
    TypeInfo,
)
from mypy.types import CallableType, Overloaded, get_proper_type

from plugins.translate import lua
from plugins.translate.comprehensions import Comprehensions
from plugins.translate.kinds import fields, is_struct
from plugins.translate.lua import ATOM, COMPARE, VALUE, Lua
from plugins.translate.texts import Texts

CALLS: Final = {
    "builtins.tuple": "py.list",
    "builtins.list": "py.list",
    "builtins.set": "py.set",
    "builtins.frozenset": "py.set",
    "builtins.reversed": "py.reversed",
    "builtins.enumerate": "py.enumerate",
    "builtins.filter": "py.filter",
    "builtins.range": "py.range",
    "builtins.abs": "math.abs",
    "builtins.divmod": "py.divmod",
    "builtins.id": "py.identity",
    "collections.Counter": "py.counter",
    "_heapq.heappush": "py.heappush",
    "_heapq.heappop": "py.heappop",
    "itertools.pairwise": "py.pairwise",
    "builtins.chr": "string.char",
    "builtins.ord": "string.byte",
    "binascii.a2b_base64": "str.b64decode",
}
"""Functions that the runtime has, with the arguments in the same places."""

LIST_METHODS: Final = {
    "append": "py.append",
    "extend": "py.extend",
    "insert": "py.insert",
    "pop": "py.pop",
    "clear": "py.clear",
    "index": "py.index",
    "remove": "py.remove",
    "count": "py.count",
    "copy": "py.list",
}
OWN_METHODS: Final = {
    "dict": "get setdefault pop clear update copy items keys values popitem",
    "set": "add discard clear update union isdisjoint issuperset issubset intersection",
    "deque": "append appendleft popleft pop clear",
    "pattern": "match fullmatch search finditer findall sub split",
    "match": "group groups start end span",
}
"""Methods that the runtime has under the same name."""
ONLY_OF_TEXT: Final = {
    "decode",
    "encode",
    "lower",
    "strip",
    "lstrip",
    "rstrip",
    "ljust",
    "removeprefix",
}
CLASSES: Final = {
    "builtins.str": 'type({0}) == "string"',
    "builtins.bytes": 'type({0}) == "string"',
    "builtins.int": 'type({0}) == "number"',
    "builtins.bool": 'type({0}) == "boolean"',
    "builtins.tuple": "py.is_list({0})",
    "builtins.list": "py.is_list({0})",
    "builtins.set": "getmetatable({0}) == py.Set",
    "builtins.frozenset": "getmetatable({0}) == py.Set",
    "builtins.dict": "getmetatable({0}) == py.Dict",
    "typing.Sequence": "py.is_sequence({0})",
}


class Calls(Comprehensions, Texts):
    """Translates calls."""

    def call(self, expression: CallExpr) -> Lua:
        """Any call."""
        formatted = self.formatted(expression)
        if formatted is not None:
            return formatted
        callee = expression.callee
        if isinstance(callee, IndexExpr) and self.kinds(callee) <= {"class"}:
            callee = callee.base  # set[int]()
        if isinstance(callee, RefExpr):
            fullname = callee.fullname
            known = self._known(expression, fullname)
            if known is not None:
                return known
            if isinstance(callee.node, TypeInfo):
                made = self.value(callee)
                names = (
                    [one.name for one in fields(callee.node)] if is_struct(callee.node) else None
                )
                return lua.call(f"{made.text}.make", *self._arguments(expression, names))
        if isinstance(callee, MemberExpr):
            if not (isinstance(callee.expr, NameExpr) and isinstance(callee.expr.node, MypyFile)):
                return self._method(expression, callee)
        function = self.value(callee).at(ATOM)
        if self.kinds(callee) == {"class"}:
            function += ".make"
        return lua.call(function, *self._arguments(expression))

    def builtin_value(self, expression: NameExpr) -> Lua:
        """A function of Python's as a value."""
        values = {
            "builtins.len": "py.len",
            "builtins.str": "str.of",
            "builtins.bool": "py.truth",
        }
        found = values.get(expression.fullname)
        if found is None:
            raise self.refusal(expression, f"{expression.fullname} as a value")
        return Lua(found)

    # ---- arguments

    def _arguments(self, expression: CallExpr, names: list[str] | None = None) -> list[Lua]:
        """The arguments in the places of the parameters, which are `names`, if that is known."""
        if all(kind == ARG_POS for kind in expression.arg_kinds):
            return [self.value(one) for one in expression.args]
        if expression.arg_kinds[-1] == ARG_STAR and all(
            kind == ARG_POS for kind in expression.arg_kinds[:-1]
        ):
            plain = [self.value(one) for one in expression.args[:-1]]
            return [*plain, lua.call("py.unpack", self._spread(expression.args[-1]))]
        if ARG_STAR in expression.arg_kinds and ARG_NAMED not in expression.arg_kinds:
            return [lua.call("py.unpack", self.joined(expression))]
        if names is None:
            names = self._parameters(expression)
        places: dict[int, Lua] = {}
        for number, (argument, kind, name) in enumerate(
            zip(expression.args, expression.arg_kinds, expression.arg_names, strict=True)
        ):
            if kind == ARG_POS:
                places[number] = self.value(argument)
            elif kind == ARG_NAMED and name in names:
                places[names.index(name)] = self.value(argument)
            else:
                raise self.refusal(expression, "this mixture of arguments")
        return [places.get(place, lua.NIL) for place in range(max(places) + 1)]

    def _parameters(self, expression: CallExpr) -> list[str]:
        signature = get_proper_type(self.module.types.get(expression.callee))
        if isinstance(signature, Overloaded):
            signature = signature.items[0]
        if not isinstance(signature, CallableType):
            raise self.refusal(expression, "keyword arguments of what has no signature")
        return [name or "" for name in signature.arg_names]

    def joined(self, expression: CallExpr) -> Lua:
        """All arguments as one list, where one of them is many."""
        parts = [
            self._spread(argument) if kind == ARG_STAR else lua.table([self.value(argument).text])
            for argument, kind in zip(expression.args, expression.arg_kinds, strict=True)
        ]
        return lua.call("py.concat", *parts)

    def _spread(self, argument: Expression) -> Lua:
        value = self.value(argument)
        return value if self.kinds(argument) <= {"list"} else lua.call("py.values", value)

    def _named(self, expression: CallExpr) -> dict[str, Expression]:
        return {
            name: argument
            for name, argument, kind in zip(
                expression.arg_names, expression.args, expression.arg_kinds, strict=True
            )
            if kind == ARG_NAMED and name is not None
        }

    def _placed(self, expression: CallExpr) -> list[Expression]:
        return [
            argument
            for argument, kind in zip(expression.args, expression.arg_kinds, strict=True)
            if kind == ARG_POS
        ]

    # ---- Python's own

    def _known(self, expression: CallExpr, fullname: str) -> Lua | None:
        arguments = expression.args
        first = arguments[0] if arguments else None
        match fullname:
            case "builtins.len" if first is not None:
                return self._len(first)
            case "builtins.any" | "builtins.all" if isinstance(first, GeneratorExpr):
                return self.search(first, every=fullname == "builtins.all")
            case "builtins.any" | "builtins.all" | "builtins.sum" if first is not None:
                if isinstance(first, GeneratorExpr):
                    return self.total(first)
                return lua.call(f"py.{fullname[9:]}", self.value(first))
            case "builtins.next":
                return self._next(expression)
            case "builtins.max" | "builtins.min":
                return self._extreme(expression, fullname[9:])
            case "builtins.sorted" if first is not None:
                named = self._named(expression)
                return lua.call(
                    "py.sorted",
                    self.value(first),
                    self._optional(named.get("key")),
                    self._optional(named.get("reverse")),
                )
            case "builtins.map" if len(arguments) == 2:
                return lua.call("py.map", self.value(arguments[0]), self.gone_through(arguments[1]))
            case "heapq.nsmallest":
                by = self._optional(self._named(expression).get("key"))
                ordered = lua.call("py.sorted", self.value(arguments[1]), by)
                return lua.call("py.slice", ordered, lua.NIL, self.value(arguments[0]))
            case "builtins.bool" if first is not None:
                return self.truth_value(first)
            case "builtins.int" if first is not None:
                if "str" in self.kinds(first):
                    return lua.call("tonumber", self.value(first), "10")
                return self.number(first)
            case "builtins.str" if first is not None:
                return self.as_text(first)
            case "builtins.isinstance":
                return self._isinstance(expression)
            case "builtins.getattr" if len(arguments) in (2, 3):
                found = Lua(f"{self.value(arguments[0]).at(ATOM)}[{self.value(arguments[1]).text}]")
                if len(arguments) == 3 and self.value(arguments[2]).text != "nil":
                    raise self.refusal(expression, "getattr() with a default")
                return found
            case "builtins.hasattr":
                return Lua(
                    f"{self.value(arguments[0]).at(ATOM)}[{self.value(arguments[1]).text}] ~= nil",
                    COMPARE,
                )
            case "builtins.setattr":
                owner, member, value = (self.value(one) for one in arguments)
                self.put(f"{owner.at(ATOM)}[{member.text}] = {value.text}")
                return lua.NIL
            case "builtins.zip":
                return lua.call("py.zip", *map(self.value, self._placed(expression)))
            case "builtins.dict":
                return (
                    lua.call("py.dict_of", *map(self.value, arguments))
                    if arguments
                    else Lua("py.dict()")
                )
            case "collections.OrderedDict" if not arguments:
                return Lua("py.dict()")
            case "collections.deque":
                most = self._optional(self._named(expression).get("maxlen"))
                placed = [self.value(one) for one in self._placed(expression)]
                if len(placed) == 2:
                    return lua.call("py.deque", *placed)
                return lua.call("py.deque", placed[0] if placed else lua.NIL, most)
            case "builtins.tuple" | "builtins.list" if isinstance(first, GeneratorExpr):
                return self.generated(first)
            case "builtins.tuple" if first is None:
                return lua.EMPTY
            case "builtins.list" if first is None:
                return lua.EMPTY
            case "builtins.iter" if first is not None:
                return lua.call("py.values", self.value(first))
            case "builtins.bytes":
                return Lua('""', VALUE)
            case "ipaddress.ip_address" if first is not None:
                read = "ip_address_of" if self.is_octets(first) else "ip_address"
                return lua.call(f"str.{read}", self.value(first))
            case "typing.cast":
                return self.value(arguments[1])
            case "functools.lru_cache":
                raise self.refusal(expression, "lru_cache here")
            case "itertools.combinations" if isinstance(arguments[1], IntExpr):
                if arguments[1].value == 2:
                    return lua.call("py.combinations", self.value(arguments[0]))
            case "msgspec.structs.replace":
                pairs: list[Lua] = []
                for name, argument in self._named(expression).items():
                    pairs += [Lua(lua.string(lua.member(name)), VALUE), self.value(argument)]
                texts = [self.value(arguments[0]).text, *(one.text for one in pairs)]
                return Lua(f"py.replace({', '.join(texts)})")
        if fullname.startswith("builtins.dict.fromkeys") or fullname.endswith("dict.fromkeys"):
            return lua.call("py.fromkeys", *map(self.value, arguments))
        known = CALLS.get(fullname)
        if known is not None:
            return lua.call(known, *map(self.value, self._placed(expression)))
        if fullname.startswith(("builtins.", "itertools.", "collections.", "re.")):
            raise self.refusal(expression, f"{fullname} is not translated")
        return None

    def _optional(self, expression: Expression | None) -> Lua:
        return lua.NIL if expression is None else self.value(expression)

    def _len(self, of: Expression) -> Lua:
        kinds = self.kinds(of)
        value = self.value(of)
        if kinds == {"str"}:
            return Lua(f"#{value.at(ATOM)}", 7)
        for kind, size in (
            ("list", ".n"),
            ("dict", ".size"),
            ("set", ".size"),
            ("counter", ".size"),
            ("deque", ":len()"),
            ("sized", ":__len__()"),
        ):
            if kinds == {kind}:
                return Lua(value.at(ATOM) + size)
        return lua.call("py.len", value)

    def _next(self, expression: CallExpr) -> Lua:
        over = expression.args[0]
        default = self.value(expression.args[1]) if len(expression.args) > 1 else lua.NIL
        if isinstance(over, GeneratorExpr):
            return self.first(over, default)
        if isinstance(over, CallExpr) and isinstance(over.callee, NameExpr):
            if over.callee.fullname == "builtins.iter":
                inner = over.args[0]
                if isinstance(inner, CallExpr) and isinstance(inner.callee, MemberExpr):
                    if self.kinds(inner.callee.expr) <= {"dict"} and inner.callee.name == "values":
                        if default.text == "nil":
                            return Lua(f"{self.value(inner.callee.expr).at(ATOM)}:first_value()")
                if self.kinds(inner) <= {"dict", "set"} and default.text == "nil":
                    return Lua(f"{self.value(inner).at(ATOM)}:first_key()")
                return lua.call("py.first", self.value(inner), default)
        return lua.call("py.first", self.value(over), default)

    def _extreme(self, expression: CallExpr, which: str) -> Lua:
        named, placed = self._named(expression), self._placed(expression)
        by, default = self._optional(named.get("key")), self._optional(named.get("default"))
        if ARG_STAR in expression.arg_kinds:
            raise self.refusal(expression, "max or min of *")
        if len(placed) == 1:
            return lua.call(f"py.{which}", self.value(placed[0]), default, by)
        kinds = frozenset().union(*map(self.kinds, placed))
        if kinds <= {"int", "bool"} and by.text == "nil":
            return lua.call(f"math.{which}", *map(self.value, placed))
        return lua.call(
            f"py.{which}", lua.table(self.value(one).text for one in placed), default, by
        )

    def _isinstance(self, expression: CallExpr) -> Lua:
        value, class_ = expression.args
        held = self.value(value)
        return self.is_of(held, class_)

    def is_of(self, value: Lua, class_: Expression) -> Lua:
        """Whether a value is of a class."""
        if not isinstance(class_, RefExpr):
            raise self.refusal(class_, "isinstance() with several classes")
        test = CLASSES.get(class_.fullname)
        if test is not None:
            return Lua(test.format(value.text), COMPARE)
        return lua.call("py.isinstance", value, self.value(class_))

    # ---- methods

    def is_method(self, owner: Expression, name: str) -> bool:
        """Whether that member is a method, not a field or a property."""
        info = self.info(owner)
        symbol = info.get(name) if info is not None else None
        if symbol is None:
            return False
        node = symbol.node
        if isinstance(node, Decorator):
            return False
        return isinstance(node, (FuncDef, OverloadedFuncDef)) and not (
            isinstance(node, OverloadedFuncDef) and node.is_property
        )

    def _method(self, expression: CallExpr, callee: MemberExpr) -> Lua:
        owner, name = callee.expr, callee.name
        if isinstance(owner, NameExpr) and isinstance(owner.node, TypeInfo):
            return self._of_class(expression, owner, name)
        kinds = self.kinds(owner) - {"none", "never"}
        if kinds == {"str"} or (kinds <= {"str", "any"} and name in ONLY_OF_TEXT):
            return self._text_method(expression, owner, name)
        if kinds == {"list"} or kinds == {"sequence"}:
            if name == "sort":
                named = self._named(expression)
                return lua.call("py.sort", self.value(owner), self._optional(named.get("key")))
            if name == "reverse":
                return lua.call("py.reverse", self.value(owner))
            if name in LIST_METHODS:
                return lua.call(LIST_METHODS[name], self.value(owner), *self._arguments(expression))
        for kind, methods in OWN_METHODS.items():
            if kinds == {kind} or (kind == "dict" and kinds == {"counter"}):
                if name not in methods.split():
                    raise self.refusal(expression, f"{kind}.{name}")
                if name == "popitem":
                    oldest = "false" if expression.args else ""
                    return Lua(f"{self.value(owner).at(ATOM)}:popitem({oldest})")
                return lua.call(
                    f"{self.value(owner).at(ATOM)}:{lua.member(name)}", *self._plain(expression)
                )
        if kinds == {"address"}:
            raise self.refusal(expression, f"ip_address.{name}")
        if self.is_method(owner, name):
            return lua.call(
                f"{self.value(owner).at(ATOM)}:{lua.member(name)}", *self._arguments(expression)
            )
        if kinds & {"any"} or not kinds:
            raise self.refusal(expression, f".{name}() of something without a known type")
        return lua.call(lua.field(self.value(owner).at(ATOM), name), *self._arguments(expression))

    def _plain(self, expression: CallExpr) -> list[Lua]:
        """Arguments of a method of Python's own, which has them in the same places in Lua."""
        if ARG_STAR in expression.arg_kinds:
            return self._arguments(expression)
        return [self.value(one) for one in expression.args]

    def _text_method(self, expression: CallExpr, owner: Expression, name: str) -> Lua:
        text = self.value(owner)
        if name == "join":
            return lua.call("str.join", text, self._spread(expression.args[0]))
        if name in ("encode", "decode"):
            if name == "decode" and len(expression.args) > 1:
                return lua.call("str.decode", text)
            return text
        if name == "format_map":
            return lua.call("py.format_map", text, self.value(expression.args[0]))
        if name == "format" and not self._placed(expression):
            words = [
                lua.table([lua.string(word), self.value(one).text]).text
                for word, one in self._named(expression).items()
            ]
            return lua.call("py.format_map", text, lua.call("py.dict_of", lua.table(words)))
        if name == "format":
            raise self.refusal(expression, "str.format")
        placed = [self.value(one) for one in self._placed(expression)]
        if name in ("strip", "lstrip", "rstrip") and not placed and self.is_octets(owner):
            placed = [Lua(r'" \t\n\r\f\v"', VALUE)]
        return lua.call(f"str.{name}", text, *placed)

    def _of_class(self, expression: CallExpr, owner: NameExpr, name: str) -> Lua:
        if owner.fullname == "builtins.bytes" and name == "fromhex":
            return lua.call("str.fromhex", *map(self.value, expression.args))
        if owner.fullname == "builtins.dict" and name == "fromkeys":
            return lua.call("py.fromkeys", *map(self.value, expression.args))
        return lua.call(
            f"{self.value(owner).text}.{lua.member(name)}", *self._arguments(expression)
        )
