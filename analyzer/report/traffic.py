"""The later requests of an agreement, as the report has them: answers, dialogs, silence."""

from __future__ import annotations

from typing import Any, cast

from analyzer.agreement.items import Agreement, Request
from analyzer.limits import ANSWER_WAIT, MILLISECOND
from analyzer.report import model
from analyzer.report.times import iso

Dialogs = dict[tuple[str, frozenset[str]], int]


def traffic(agreement: Agreement) -> list[model.Traffic]:
    """In the order of time; dialogs are numbered as they are met."""
    numbers: Dialogs = {}
    return [_request(one, agreement, numbers) for one in agreement.traffic]


def _request(one: Request, agreement: Agreement, numbers: Dialogs) -> model.Traffic:
    answered = one.code > 0
    silent = agreement.seen_until - one.time >= ANSWER_WAIT
    return model.Traffic(
        time=iso(one.time),
        capture=one.capture,
        frame=one.frame,
        method=one.method,
        code=one.code or None,
        sa=cast(Any, one.sa or None),
        delay_ms=one.delay / MILLISECOND if answered else None,
        protection=cast(Any, one.protection),
        answer=model.Frame(*one.answer) if answered else None,
        from_client=one.from_client,
        unanswered=one.due and not answered and silent and one.provisional <= 100,
        provisional=one.provisional or None,
        tries=one.tries if one.tries > 1 else None,
        in_dialog=one.in_dialog,
        dialog=_number(one.call_id, one.dialog, numbers) if one.in_dialog else None,
        dialogs=[
            model.Dialog(
                number=_number(one.call_id, dialog.tags, numbers),
                code=dialog.code,
                frame=model.Frame(*dialog.frame),
                delay_ms=dialog.delay / MILLISECOND,
            )
            for dialog in one.dialogs
        ],
    )


def _number(call_id: str, tags: frozenset[str], numbers: Dialogs) -> int:
    """RFC 3261 12: the Call-ID and the tags of both sides name a dialog."""
    return numbers.setdefault((call_id, tags), len(numbers) + 1)
