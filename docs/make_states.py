"""`docs/states.md`: the exchange table of `analyzer/agreement/states.py` as a diagram and a table.

`make docs` runs it; `tests/project/test_docs.py` fails where the file is not what the table says.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from analyzer.agreement import states
from analyzer.agreement.states import CHALLENGES, NEW_ROUND, TABLE, Event, State

TARGET: Final = Path(__file__).with_name("states.md")
LAST: Final = State.DONE

EVENTS: Final = {
    Event.REQUEST: "a request that offers an agreement, needs one, or registers",
    Event.ANSWER: "a request with Security-Verify or with the credentials asked for",
    Event.FAILURE: "an authentication failure reported by the client (AUTS, empty response)",
    Event.RETRY: "a new offer after 421 or 494",
    Event.HIDDEN_REQUEST: "ESP from the client that cannot be opened",
    Event.PROVISIONAL: "1xx",
    Event.CHALLENGE: "a challenge: " + ", ".join(map(str, sorted(CHALLENGES))),
    Event.ACCEPT: "2xx",
    Event.REJECT: "any other final response; 494 to an answer",
    Event.HIDDEN_ANSWER: "ESP towards the client that cannot be opened",
}


def page() -> str:
    """The whole file."""
    return "\n".join([*_head(), *_diagram(), "", *_table(), "", *_events()]) + "\n"


def _head() -> Iterator[str]:
    yield "# The states of an exchange"
    yield ""
    yield "Made from the table in `analyzer/agreement/states.py` by `make docs`; not to be edited."
    yield ""
    # everything of the module's prose but its title, which is the title of this page
    yield (states.__doc__ or "").partition("\n\n")[2].strip()
    yield ""


def _diagram() -> Iterator[str]:
    labels: dict[tuple[State, State], list[str]] = {}
    for (state, event), (after, _) in TABLE.items():
        labels.setdefault((state, after), []).append(event.value)
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.BEGUN.value}"
    for (state, after), events in labels.items():
        yield f"    {state.value} --> {after.value}: {', '.join(events)}"
    yield f"    {LAST.value} --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| state | event | next state | role of the step |"
    yield "|---|---|---|---|"
    for (state, event), (after, role) in TABLE.items():
        opens = ", new round" if event in NEW_ROUND else ""
        yield f"| {state.value} | {event.value} | {after.value} | {role}{opens} |"


def _events() -> Iterator[str]:
    yield "| event | what it is |"
    yield "|---|---|"
    for event in Event:
        yield f"| {event.value} | {EVENTS[event]} |"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
