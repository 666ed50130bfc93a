"""What a value is in Lua, by its Python type: the translation of an operation depends on it.

none bool int str (also bytes)     Lua's own values
list                               a table with `n`: list, tuple, what a generator gave
sequence                           something to go through, known at run time only
dict counter set deque             tables of `runtime/containers`
struct                             told by its fields: Struct, dataclass, NamedTuple
sized object                       an object that has a length or a truth, and any other
pattern match function class       of re; what can be called; a class itself
any never                          not known; cannot be
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import AssignmentStmt, NameExpr, TypeInfo, Var
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    TupleType,
    Type,
    TypeType,
    TypeVarType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

Kinds = frozenset[str]

OF_CLASS: Final = {
    "builtins.bool": "bool",
    "builtins.int": "int",
    "builtins.float": "int",
    "builtins.str": "str",
    "builtins.bytes": "str",
    "builtins.bytearray": "str",
    "builtins.list": "list",
    "builtins.tuple": "list",
    "builtins.range": "list",
    "builtins.enumerate": "list",
    "builtins.reversed": "list",
    "builtins.zip": "list",
    "builtins.map": "list",
    "builtins.filter": "list",
    "itertools.pairwise": "list",
    "itertools.combinations": "list",
    "builtins.dict": "dict",
    "typing.Mapping": "dict",
    "typing.MutableMapping": "dict",
    "collections.OrderedDict": "dict",
    "collections.Counter": "counter",
    "collections.deque": "deque",
    "builtins.set": "set",
    "builtins.frozenset": "set",
    "typing.AbstractSet": "set",
    "_collections_abc.dict_keys": "list",
    "_collections_abc.dict_values": "list",
    "_collections_abc.dict_items": "list",
    "typing.KeysView": "list",
    "typing.ValuesView": "list",
    "typing.ItemsView": "list",
    "typing.Iterator": "list",
    "typing.Generator": "list",
    "typing.Iterable": "sequence",
    "typing.Sequence": "sequence",
    "typing.Collection": "sequence",
    "typing.Container": "sequence",
    "analyzer.sip.layouts.Rows": "list",  # in Lua no head is read by an expression
    "re.Pattern": "pattern",
    "re.Match": "match",
    "builtins.type": "class",
    "builtins.object": "any",
    "ipaddress.IPv4Address": "address",
    "ipaddress.IPv6Address": "address",
}

PLAIN: Final = frozenset({"none", "bool", "int", "str", "object", "sized", "class", "function"})
"""Equal where Lua says so."""
TRUE: Final = frozenset({"struct", "object", "function", "class", "pattern", "match", "address"})
"""Never false but where it is nil."""


def kinds(of: Type | None) -> Kinds:
    """The kinds a value of that type may have."""
    if of is None:
        return frozenset({"any"})
    of = get_proper_type(of)
    if isinstance(of, UnionType):
        return frozenset().union(*(kinds(item) for item in of.items))
    return frozenset({_kind(of)})


def _kind(of: Type) -> str:
    if isinstance(of, NoneType):
        return "none"
    if isinstance(of, LiteralType):
        return _kind(of.fallback)
    if isinstance(of, TupleType):
        named = of.partial_fallback.type.fullname != "builtins.tuple"
        return "struct" if named else "list"
    if isinstance(of, Instance):
        return _kind_of_class(of.type)
    if isinstance(of, TypeVarType):
        bound = get_proper_type(of.upper_bound)
        return _kind(bound)
    if isinstance(of, (CallableType, Overloaded)):
        return "class" if of.is_type_obj() else "function"
    if isinstance(of, TypeType):
        return "class"
    if isinstance(of, UninhabitedType):
        return "never"
    if isinstance(of, AnyType):
        return "any"
    return "any"


def _kind_of_class(info: TypeInfo) -> str:
    known = OF_CLASS.get(info.fullname)
    if known is not None:
        return known
    if any(base.fullname == "enum.Enum" for base in info.mro):
        return "str"
    if is_struct(info):
        return "struct"
    if not info.module_name.startswith("analyzer"):
        return "any"
    if info.get("__len__") is not None or info.get("__bool__") is not None:
        return "sized"
    return "object"


def is_struct(info: TypeInfo) -> bool:
    """Whether its objects are told by their fields."""
    names = {base.fullname for base in info.mro}
    return (
        "msgspec.Struct" in names
        or info.is_named_tuple
        or "dataclass" in info.metadata
        or any(name.endswith(".Struct") and name.startswith("msgspec") for name in names)
    )


def fields(info: TypeInfo) -> list[Var]:
    """The fields of a struct, those of its bases first."""
    found: dict[str, Var] = {}
    for base in reversed(info.mro):
        if not base.module_name.startswith("analyzer."):
            continue
        for statement in base.defn.defs.body:
            target = statement.lvalues[0] if isinstance(statement, AssignmentStmt) else None
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                if isinstance(statement, AssignmentStmt) and statement.unanalyzed_type is not None:
                    found[target.name] = target.node
    return list(found.values())


def info_of(of: Type | None) -> TypeInfo | None:
    """The class of a value, None where it may be one of several."""
    of = get_proper_type(of) if of is not None else None
    if isinstance(of, UnionType):
        rest = [item for item in of.items if not isinstance(get_proper_type(item), NoneType)]
        return info_of(rest[0]) if len(rest) == 1 else None
    if isinstance(of, LiteralType):
        return of.fallback.type
    if isinstance(of, TupleType):
        return of.partial_fallback.type
    if isinstance(of, Instance):
        return of.type
    if isinstance(of, TypeVarType):
        return info_of(of.upper_bound)
    return None
