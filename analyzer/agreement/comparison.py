"""Are two Security-* lists the same list? (RFC 3329 2.3.1 and its note)

The rule: the same mechanisms in the same order, each parameter with the same value. Order of
parameters, white space and case say nothing (RFC 3261 7.3.1). Four levels:

    identical      the texts are equal once rows are unfolded and joined
    equivalent     the same sequence of mechanisms and, in each, the same set of parameters; names
                   and tokens without case, quoted strings exactly, q as text
    default-equal  also SPIs and ports as numbers, q as a number, absent `prot`, `mod` and `ealg`
                   of ipsec-3gpp equal to their defaults: a strict server may still refuse
    different      anything else

d-ver is added by the client and not compared. Signalling elements and media elements (those with
the `mediasec` parameter) are compared apart; empty elements are ignored.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec

from analyzer import limits
from analyzer.agreement.mechanism import DEFAULTS, Mechanism, MechanismList
from analyzer.agreement.parameters import PORT_NAMES, SPI_NAMES, decimal, q_thousandths, unfold

Level = Literal["identical", "equivalent", "default-equal", "different"]
Kind = Literal["duplicated", "older list", "reordered", "subset", "changed parameter", "foreign"]
Step = Literal["changed", "removed", "added", "moved"]
Pair = tuple[int | None, int | None]
Key = tuple[str, ...] | tuple[str, tuple[tuple[str, bool, str], ...]]

LEVELS: Final[tuple[Level, ...]] = ("identical", "equivalent", "default-equal", "different")
RESPELLED: Final = "same values, written differently"

_D_VER: Final = re.compile(
    r'[ \t]*+;[ \t]*+d-ver[ \t]*+=[ \t]*+(?:"[^"]*+"|[^;,]*+)', re.IGNORECASE
)
_NUMBERS: Final = frozenset({*SPI_NAMES, *PORT_NAMES, "port1", "port2"})


class Change(msgspec.Struct, frozen=True, gc=False):
    """One step from the server's list to the verify.

    `kind`: `changed`, `removed`, `added`, `moved`. `place` counts elements from 1, in the
    server's list (`added`: in the verify). `parameter` is None where the step concerns the whole
    element; then `server` and `verify` are its text. A parameter without value shows as "".
    """

    kind: Step
    place: int
    mechanism: str
    parameter: str | None
    server: str | None
    verify: str | None
    words: str


class PlaneComparison(msgspec.Struct, frozen=True, gc=False):
    """The comparison of signalling or of media elements alone.

    `pairs` are (index in verify, index in server) among the elements of this plane, None where
    the element has no counterpart.
    """

    level: Level
    kind: Kind | None
    edit: str
    pairs: tuple[Pair, ...]
    changes: tuple[Change, ...]


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """Security-Verify against the server's list: the worse of both planes, and each of them.

    `kind` is None unless `level` is `different`. `edit` is the smallest edit that makes the
    verify out of the server's list, in words.
    """

    level: Level
    kind: Kind | None
    edit: str
    pairs: tuple[Pair, ...]
    changes: tuple[Change, ...]
    signalling: PlaneComparison
    media: PlaneComparison


def compare(
    verify: MechanismList, server: MechanismList, older: Sequence[MechanismList] = ()
) -> Comparison:
    """Compare a Security-Verify with the server's list; `older` are earlier lists of the server."""
    if verify.rows == server.rows and verify.dialect == server.dialect:
        return _same(len(verify.signalling), len(verify.media))
    earlier = older[-limits.OLDER_LISTS :]
    anything = bool(verify.elements)
    signalling = _plane(
        verify.signalling, server.signalling, [one.signalling for one in earlier], anything
    )
    media = _plane(verify.media, server.media, [one.media for one in earlier], anything)
    worse = media if LEVELS.index(media.level) > LEVELS.index(signalling.level) else signalling
    level, edit = worse.level, worse.edit
    # Rows are joined by us, so their number does not spoil what is otherwise the same text.
    if (
        level == "identical"
        and not _same_text(verify, server)
        and len(verify.rows) == len(server.rows)
    ):
        level, edit = "equivalent", RESPELLED
    return Comparison(level, worse.kind, edit, worse.pairs, worse.changes, signalling, media)


@lru_cache(maxsize=limits.ELEMENTS)
def _same(signalling: int, media: int) -> Comparison:
    """The comparison of two lists of one text, with so many elements on each plane."""
    planes = [
        PlaneComparison("identical", None, _words(()), _in_place(count), ())
        for count in (signalling, media)
    ]
    whole = planes[0]
    return Comparison(
        whole.level, whole.kind, whole.edit, whole.pairs, whole.changes, planes[0], planes[1]
    )


def with_uris(found: Comparison, verify: MechanismList, server: MechanismList) -> Comparison:
    """The comparison where the lists name a client and a server too (draft-00 6.3): these are
    repeated as the server wrote them."""
    changes = tuple(
        Change("changed", 1, name, name, theirs, mine, f"{name}= {theirs} -> {mine}")
        for name, mine, theirs in (
            ("to", verify.to, server.to),
            ("from", verify.source, server.source),
        )
        if mine != theirs
    )
    if not changes or found.level == "different":
        return found
    plane = msgspec.structs.replace(
        found.signalling,
        level="different",
        kind="changed parameter",
        edit=_words(changes),
        changes=changes,
    )
    return msgspec.structs.replace(
        found,
        level="different",
        kind="changed parameter",
        edit=plane.edit,
        changes=changes,
        signalling=plane,
    )


def _plane(
    verify: tuple[Mechanism, ...],
    server: tuple[Mechanism, ...],
    older: list[tuple[Mechanism, ...]],
    anything: bool,
) -> PlaneComparison:
    if len(verify) == len(server):
        level = _level(verify, server)
        if level != "different":
            changes = (
                _changes(verify, server, _in_place(len(server)), False)
                if level == "default-equal"
                else ()
            )
            edit = RESPELLED if level == "equivalent" else _words(changes)
            return PlaneComparison(level, None, edit, _in_place(len(verify)), changes)
    return _difference(verify, server, older, anything)


def _level(verify: tuple[Mechanism, ...], server: tuple[Mechanism, ...]) -> Level:
    """The level of two sequences of one length."""
    level: Level = "identical"
    for mine, theirs in zip(verify, server, strict=True):
        if mine.raw == theirs.raw or _text(mine) == _text(theirs):
            continue
        if level != "default-equal" and _written_key(mine) == _written_key(theirs):
            level = "equivalent"
        elif _meaning_key(mine) == _meaning_key(theirs):
            level = "default-equal"
        else:
            return "different"
    return level


def _text(mechanism: Mechanism) -> str:
    """What is compared as text: unfolded, without d-ver."""
    text = unfold(mechanism.raw)
    return text if mechanism.d_ver is None else _D_VER.sub("", text)


def _same_text(verify: MechanismList, server: MechanismList) -> bool:
    if verify.text == server.text:
        return True
    if all(mechanism.d_ver is None for mechanism in verify.elements):
        return False
    return _D_VER.sub("", verify.text) == _D_VER.sub("", server.text)


def _in_place(count: int) -> tuple[Pair, ...]:
    return tuple((i, i) for i in range(count))


# Keys: two elements are equal at a level when their keys are.


def _written_key(mechanism: Mechanism) -> Key:
    if "bad-mechanism" in mechanism.defects or "limit" in mechanism.defects:
        return (unfold(mechanism.raw).lower(),)
    return mechanism.key, tuple(
        sorted(
            (name.lower(), quoted, _written(quoted, value))
            for name, value, quoted in mechanism.params
            if name.lower() != "d-ver"
        )
    ) if mechanism.params else ()


def _written(quoted: bool, value: str | None) -> str:
    """A value as it is compared; a parameter without one sorts beside one that has any."""
    if value is None:
        return ""
    return "=" + (value if quoted else value.lower())


def _meaning_key(mechanism: Mechanism) -> Key:
    if "bad-mechanism" in mechanism.defects or "limit" in mechanism.defects:
        return (unfold(mechanism.raw).lower(),)
    return mechanism.key, tuple(sorted(_meanings(mechanism)))


def _meanings(mechanism: Mechanism) -> list[tuple[str, bool, str]]:
    """Each parameter as (name, quoted, canonical value), those with their default left out."""
    ipsec = mechanism.key == "ipsec-3gpp"
    found = []
    for name, value, quoted in mechanism.params:
        key = name.lower()
        text = value if quoted else meaning(key, value)
        if key == "d-ver" or (ipsec and key in DEFAULTS and text in ("", DEFAULTS[key])):
            continue
        # A parameter without value sorts beside one that has any.
        found.append((key, quoted, "=" + text if text is not None else ""))
    return found


def meaning(key: str, value: str | None) -> str | None:
    """A token value as it is compared: numbers without padding, q in thousandths, no case."""
    if not value:
        return value
    if key in _NUMBERS:
        number = decimal(value)
    elif key == "q":
        number = q_thousandths(value)
    else:
        number = None
    return value.lower() if number is None else str(number)


# Kinds of difference, in the order in which they are looked for.


def _difference(
    verify: tuple[Mechanism, ...],
    server: tuple[Mechanism, ...],
    older: list[tuple[Mechanism, ...]],
    anything: bool,
) -> PlaneComparison:
    mine = [_meaning_key(m) for m in verify]
    theirs = [_meaning_key(m) for m in server]
    kind: Kind
    earlier = [[_meaning_key(m) for m in mechanisms] for mechanisms in older if mechanisms]
    if mine:
        same_names = [m.key for m in verify] == [m.key for m in server]
        kind = _kind(mine, theirs, earlier, same_names)
    else:
        # All of this plane is gone: left out if the other plane was echoed, else there is no echo.
        kind = "subset" if anything else "foreign"
    if kind == "changed parameter":
        changes = _changes(verify, server, _in_place(len(server)), True)
        return PlaneComparison(
            kind="changed parameter",
            level="different",
            edit=_words(changes),
            pairs=_in_place(len(verify)),
            changes=changes,
        )
    pairs = _alignment(mine, theirs)
    if kind == "reordered":
        changes = _moves(verify, server, pairs)
        return PlaneComparison("different", kind, _words(changes), pairs, changes)
    pairs = _with_same_names(pairs, verify, server)
    changes = _changes(verify, server, pairs, True)
    return PlaneComparison("different", kind, _edit(kind, changes, mine, theirs), pairs, changes)


def _kind(mine: list[Key], theirs: list[Key], earlier: list[list[Key]], same_names: bool) -> Kind:
    count, wanted = Counter(mine), Counter(theirs)
    if _is_duplicated(mine, theirs, earlier):
        return "duplicated"
    if mine in earlier:
        return "older list"
    if count == wanted:
        return "reordered"
    if count < wanted:
        return "subset"
    return "changed parameter" if same_names else "foreign"


def _is_duplicated(mine: list[Key], theirs: list[Key], earlier: list[list[Key]]) -> bool:
    """The server's list more than once, or together with earlier lists; itself without repeats."""
    if len(mine) <= len(theirs) or not theirs or len(set(theirs)) != len(theirs):
        return False
    times, rest = divmod(len(mine), len(theirs))
    if not rest and Counter(mine) == Counter(theirs * times):
        return True
    if mine[: len(theirs)] != theirs and mine[-len(theirs) :] != theirs:
        return False
    return _is_made_of([theirs, *earlier], mine)


def _is_made_of(lists: list[list[Key]], mine: list[Key]) -> bool:
    """Whether `mine` is a concatenation of some of `lists`."""
    reachable = {0}
    for start in range(len(mine)):
        if start in reachable:
            for one in lists:
                if mine[start : start + len(one)] == one:
                    reachable.add(start + len(one))
    return len(mine) in reachable


# The smallest edit.


def _alignment(mine: list[Key], theirs: list[Key]) -> tuple[Pair, ...]:
    """Pairs of a longest common subsequence; all others stand alone, in order."""
    head = 0
    shorter = min(len(mine), len(theirs))
    while head < shorter and mine[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < shorter - head and mine[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    middle = _common(mine[head : len(mine) - tail], theirs[head : len(theirs) - tail])
    common = [(i, i) for i in range(head)]
    common += [(i + head, j + head) for i, j in middle]
    common += [(len(mine) - k, len(theirs) - k) for k in range(tail, 0, -1)]
    return tuple(_filled(common, len(mine), len(theirs)))


def _filled(common: list[tuple[int, int]], mine: int, theirs: int) -> list[Pair]:
    pairs: list[Pair] = []
    i = j = 0
    for end_i, end_j in [*common, (mine, theirs)]:
        pairs += [(None, k) for k in range(j, end_j)]
        pairs += [(k, None) for k in range(i, end_i)]
        if end_i < mine and end_j < theirs:
            pairs.append((end_i, end_j))
        i, j = end_i + 1, end_j + 1
    return pairs


def _common(mine: list[Key], theirs: list[Key]) -> list[tuple[int, int]]:
    """A longest common subsequence; nothing for lists too long to be worth the table."""
    if len(mine) * len(theirs) > limits.EDIT_TABLE:
        return []
    best = [[0] * (len(theirs) + 1) for _ in range(len(mine) + 1)]
    for i in range(len(mine) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            if mine[i] == theirs[j]:
                best[i][j] = best[i + 1][j + 1] + 1
            else:
                best[i][j] = max(best[i + 1][j], best[i][j + 1])
    found = []
    i = j = 0
    while i < len(mine) and j < len(theirs):
        if mine[i] == theirs[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _with_same_names(
    pairs: tuple[Pair, ...], verify: tuple[Mechanism, ...], server: tuple[Mechanism, ...]
) -> tuple[Pair, ...]:
    """Elements left alone in one gap pair up where their mechanism name is the same."""
    result: list[Pair] = []
    waiting: list[int] = []
    for mine, theirs in pairs:
        if mine is None and theirs is not None:
            waiting.append(theirs)
            continue
        if theirs is None and mine is not None:
            partner = next((k for k in waiting if server[k].key == verify[mine].key), None)
            if partner is not None:
                result += [(None, k) for k in waiting[: waiting.index(partner)]]
                del waiting[: waiting.index(partner) + 1]
            result.append((mine, partner))
            continue
        result += [(None, k) for k in waiting]
        waiting.clear()
        result.append((mine, theirs))
    return (*result, *((None, k) for k in waiting))


def _changes(
    verify: tuple[Mechanism, ...],
    server: tuple[Mechanism, ...],
    pairs: tuple[Pair, ...],
    by_meaning: bool,
) -> tuple[Change, ...]:
    """The steps from server to verify; `by_meaning` leaves out what differs in writing only."""
    changes: list[Change] = []
    for mine, theirs in pairs:
        if mine is None and theirs is not None:
            gone = server[theirs]
            text = unfold(gone.raw)
            changes.append(
                Change("removed", theirs + 1, gone.name, None, text, None, f"removed {text}")
            )
        elif theirs is None and mine is not None:
            new = verify[mine]
            text = unfold(new.raw)
            changes.append(Change("added", mine + 1, new.name, None, None, text, f"added {text}"))
        elif mine is not None and theirs is not None:
            changes += _parameter_changes(
                verify[mine], server[theirs], theirs + 1, len(server) > 1, by_meaning
            )
    return tuple(changes)


def _parameter_changes(
    mine: Mechanism, theirs: Mechanism, place: int, several: bool, by_meaning: bool
) -> list[Change]:
    prefix = f"element {place}: " if several else ""
    verify, server = _texts(mine), _texts(theirs)
    ipsec = theirs.key == "ipsec-3gpp"
    changes: list[Change] = []
    for key in [*server, *(key for key in verify if key not in server)]:
        old, new = server.get(key), verify.get(key)
        if _folded(old) == _folded(new):
            continue
        if by_meaning and _value(key, old, ipsec) == _value(key, new, ipsec):
            continue
        if new is None:
            kind: Step = "removed"
            words = f"removed {_shown(key, old)}"
        elif old is None:
            kind, words = "added", f"added {_shown(key, new)}"
        else:
            kind, words = "changed", f"{key} {old or 'empty'} -> {new or 'empty'}"
        changes.append(Change(kind, place, theirs.name, key, old, new, prefix + words))
    if not changes and _meaning_key(mine) != _meaning_key(theirs):
        old, new = unfold(theirs.raw), unfold(mine.raw)
        words = f"{prefix}{old} -> {new}"
        changes.append(Change("changed", place, theirs.name, None, old, new, words))
    return changes


def _folded(text: str | None) -> str | None:
    return text if text is None or text.startswith('"') else text.lower()


def _value(key: str, text: str | None, ipsec: bool) -> str | None:
    """What a parameter of an element means where it is `text`, its default where it has one."""
    if ipsec and not text and key in DEFAULTS:
        return DEFAULTS[key]
    return _folded(text) if text is None or text.startswith('"') else meaning(key, text)


def _texts(mechanism: Mechanism) -> dict[str, str]:
    """Value by lower-case name, d-ver left out; a quoted value keeps its quotes."""
    texts: dict[str, str] = {}
    for name, value, quoted in mechanism.params:
        if name.lower() != "d-ver":
            texts.setdefault(name.lower(), f'"{value}"' if quoted else value or "")
    return texts


def _shown(key: str, value: str | None) -> str:
    return f"{key}={value}" if value else key


def _moves(
    verify: tuple[Mechanism, ...], server: tuple[Mechanism, ...], pairs: tuple[Pair, ...]
) -> tuple[Change, ...]:
    """The elements outside the longest common order, each moved before its new neighbour."""
    names = Counter(m.key for m in server)
    from_place: dict[Key, list[int]] = {}
    for mine, theirs in pairs:
        if mine is None and theirs is not None:
            from_place.setdefault(_meaning_key(server[theirs]), []).append(theirs)
    changes: list[Change] = []
    for mine, theirs in pairs:
        if mine is not None and theirs is None:
            moved = verify[mine]
            place = from_place[_meaning_key(moved)].pop(0)
            text = _named(moved, names)
            after = verify[mine + 1] if mine + 1 < len(verify) else None
            where = f"before {_named(after, names)}" if after else "to the end"
            changes.append(
                Change("moved", place + 1, moved.name, None, text, text, f"moved {text} {where}")
            )
    return tuple(changes)


def _named(mechanism: Mechanism, names: Counter[str]) -> str:
    return mechanism.name if names[mechanism.key] == 1 else unfold(mechanism.raw)


def _edit(kind: Kind, changes: tuple[Change, ...], mine: list[Key], theirs: list[Key]) -> str:
    if kind == "duplicated":
        times, rest = divmod(len(mine), len(theirs))
        repeated = not rest and Counter(mine) == Counter(theirs * times)
        return f"list repeated {times} times" if repeated else "list joined to earlier ones"
    if kind == "older list":
        return f"list of an earlier challenge: {_words(changes)}"
    return _words(changes)


def _words(changes: tuple[Change, ...]) -> str:
    shown = [change.words for change in changes[: limits.EDIT_WORDS]]
    more = len(changes) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
