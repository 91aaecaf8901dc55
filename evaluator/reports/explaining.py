"""Why a grading came out as it did, laid out from its record alone: what was asked, answered, computed and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaluator import messages
from evaluator.judge import prompt_files, subject_of
from evaluator.reports.blocks import Block, Bullets, Paragraph, Table, Title
from evaluator.reports.phrases import bearing, outcome, percent, phrase, points, shown_reasons, state_of
from evaluator.reports.rows import moment, recomputed
from evaluator.rubric import Rubric
from evaluator.rubrics import plan_criterion, plan_guards, plan_key_points, with_key_points
from evaluator.scorecard import PointStep, Scorecard, UngradedVerdict, Verdict
from evaluator.storage import Appeal, AppealStep, AuditEntry, Override, Record

_SHOWN = ("model", "engine", "weights", "method", "arithmetic", "questions")  # of the judge's stamp, in this order


def explanation(
    record: Record,
    standing: Mapping[str, Override],
    entries: Sequence[AuditEntry] = (),
    appeals: Sequence[Appeal] = (),
) -> list[Block]:
    """The explanation of one grading, in the current language.

    `standing` are the corrections that count (`Records.effective`), `entries` the grading's part of the audit log, and
    `appeals` those about it.
    """
    card = record.scorecard
    asked = _questions(record.rubric)
    blocks: list[Block] = [Title(_say("title", id=card.id)), *_summary(card, standing)]
    blocks += [Title(_say("graded_text"), 2), _fields("graded_text", _text_rows(record))]
    blocks += [Title(_say("asked_model"), 2), _fields("asked_model", _model_rows(card))]
    blocks += [Title(_say("references"), 2), _references(card)]
    if card.guards:
        blocks += [Title(_say("guards"), 2), Bullets(tuple(_guard_lines(card)))]
    blocks.append(Title(_say("criteria"), 2))
    for verdict in card.verdicts:
        blocks += _criterion(verdict, card, asked)
    if card.key_points:
        blocks += [Title(_say("key_points"), 2), _key_points(card)]
    blocks += [Title(_say("sum"), 2), Bullets(tuple(_sum_lines(card)))]
    reasons = shown_reasons(card)
    blocks += [Title(_say("review"), 2), Bullets(tuple(reasons)) if reasons else Paragraph(_say("no_review"))]
    blocks += [Title(_say("people"), 2), _people(record, appeals)]
    if entries:
        blocks += [Title(_say("log"), 2), _log(entries)]
    return blocks


def _say(key: str, /, **values: Any) -> str:
    return messages.say(f"explain.{key}", **values)


def _result(passed: bool | None) -> str:
    return messages.say(f"export.{ {True: 'passed', False: 'not_passed', None: 'pass_open'}[passed] }")


def _summary(card: Scorecard, standing: Mapping[str, Override]) -> Iterator[Block]:
    yield Paragraph(
        _say(
            "summary",
            at=moment(card.created_at),
            model=card.judge.get("answered_by") or card.judge.get("name", "–"),
            rubric=card.rubric.title,
            version=card.rubric.version,
            total=points(card.total),
            most=points(card.max_points),
            outcome=_result(card.passed),
        )
    )
    if now := recomputed(card, standing):
        yield Paragraph(_say("now", total=points(now.total), most=points(now.max_points), outcome=_result(now.passed)))
    yield Paragraph(f"{_say('proposal', id=card.id)}\n{_say('reproduce', id=card.id)}")


def _fields(title: str, rows: Iterator[tuple[str, str]]) -> Table:
    return Table(_say(title), (_say("field"), _say("value")), tuple(rows))


def _text_rows(record: Record) -> Iterator[tuple[str, str]]:
    card, transcript, rubric = record.scorecard, record.transcript, record.rubric
    characters = sum(len(turn.text) for turn in transcript.turns)
    yield _say("candidate"), record.label or "–"
    yield _say("size"), _say("size_of", turns=len(transcript.turns), characters=characters)
    yield _say("text_digest"), card.transcript_digest
    about = _say("rubric_of", title=card.rubric.title, version=card.rubric.version, id=card.rubric.id)
    yield _say("rubric"), about if rubric else f"{about} {_say('rubric_missing')}"
    yield _say("rubric_digest"), card.rubric.digest
    if rubric:
        yield _say("form"), _say(f"form_{rubric.form}")
        yield _say("task"), rubric.task
    for one in transcript.assumptions:
        yield _say("assumption"), messages.say(f"transcript.{one.code}", **one.values)


def _model_rows(card: Scorecard) -> Iterator[tuple[str, str]]:
    """The judge's stamp with names of prompt files for their digests, then whatever else it states."""
    judge = dict(card.judge)
    for name in _SHOWN:
        if value := judge.pop(name, ""):
            yield _say(name), _say("method_readout") if value == "readout" else value
    files = prompt_files()
    for name in [name for name in judge if name.startswith("prompt_")]:
        digest = judge.pop(name)
        known = files.get(digest)
        shown = f"{known} ({digest[:12]})" if known else _say("prompt_unknown", digest=digest[:12])
        yield _say("prompt", language=name.removeprefix("prompt_")), shown
    yield from judge.items()
    yield _say("profile"), card.profile or _say("none")
    use = card.usage
    numbers = {"read": use.prompt_tokens, "generated": use.generated_tokens, "seconds": f"{use.seconds:.1f}"}
    yield _say("usage"), _say("usage_of", **numbers)


def _references(card: Scorecard) -> Block:
    if not card.references:
        return Paragraph(_say("no_references"))
    head = tuple(map(_say, ("kind", "found_by", "source", "digest")))
    rows = tuple(
        (
            phrase(use.kind),
            phrase(f"matched_{use.matched_by}"),
            use.source or phrase("source_unknown"),
            use.digest[:12],
        )
        for use in card.references
    )
    return Table(_say("references"), head, rows)


def _guard_lines(card: Scorecard) -> Iterator[str]:
    for guard in card.guards:
        quotes = " ".join(f"“{item.text}”" for item in guard.evidence)
        yield f"{messages.say(f'guards.{guard.code}')} {quotes}".strip()


def _questions(rubric: Rubric | None) -> dict[str, tuple[str, dict[str, str]]]:
    """By id, the wording of every question that may have been asked, with the wording of its options."""
    if rubric is None:
        return {}
    whole = with_key_points(rubric)
    found = [*plan_key_points(whole), *plan_guards(rubric)]
    for criterion in whole.criteria:
        found += plan_criterion(whole, criterion, by_level=True) + plan_criterion(whole, criterion)
    return {one.id: (one.text, {option.id: option.text for option in one.options}) for one in found}


def _criterion(
    verdict: Verdict | UngradedVerdict, card: Scorecard, asked: Mapping[str, tuple[str, dict[str, str]]]
) -> Iterator[Block]:
    if isinstance(verdict, UngradedVerdict):
        yield Title(verdict.name, 3)
        yield Paragraph(_say("ungraded", cause=messages.say(f"review.cause_{verdict.ungraded.cause}")))
        return
    yield Title(f"{verdict.name}: {outcome(verdict)}", 3)
    rows = tuple(_answer_row(name, card, asked) for name in _asked_for(verdict, card))
    head = (_say("question"), _say("answer"))
    yield Table(verdict.name, head, rows) if rows else Paragraph(_say("nothing_asked"))
    yield Bullets(tuple(_lines(verdict, asked)))


def _asked_for(verdict: Verdict, card: Scorecard) -> list[str]:
    """The questions about the criterion and its key points that were answered, in the order asked."""
    mine = {step.question for step in verdict.steps}
    points = {point.id for point in card.key_points if verdict.criterion in point.criteria}
    return [name for name in card.raw if name in mine or _is_about(name, verdict.criterion, points)]


def _is_about(question: str, criterion: str, key_points: set[str]) -> bool:
    subject = subject_of(question)
    if subject is None:
        return False
    return subject.part in key_points if subject.kind == "key_point" else subject.of == criterion


def _answer_row(name: str, card: Scorecard, asked: Mapping[str, tuple[str, dict[str, str]]]) -> tuple[str, str]:
    text, options = asked.get(name, (_say("question_unknown", id=name), {}))
    told = card.raw[name]
    if "probabilities" not in told:
        return text, _say("unanswered", cause=messages.say(f"review.cause_{told.get('cause', 'unreadable')}"))
    shares = (f"{options.get(key, key)} {percent(value)}" for key, value in told["probabilities"].items())
    return text, " · ".join(shares)


def _lines(verdict: Verdict, asked: Mapping[str, tuple[str, dict[str, str]]]) -> Iterator[str]:
    if not verdict.steps:
        yield _say("steps_missing")
    for step in verdict.steps:
        yield step_line(step, _wording(step.question or "", asked))
    if verdict.kind != "fatal":
        shares = verdict.distribution
        levels = (_say("level", points=points(one.points), probability=percent(one.probability)) for one in shares)
        yield _say("levels", levels=messages.say("ui.comma").join(levels))
    if verdict.not_applicable:
        yield _say("not_applicable")
    for item in verdict.evidence:
        who = item.speaker or phrase(f"role_{item.role}")
        yield _say("quote", bearing=bearing(item), speaker=who, turn=item.turn, text=item.text)


def _wording(question: str, asked: Mapping[str, tuple[str, dict[str, str]]]) -> str:
    return asked[question][0] if question in asked else question


def step_line(step: PointStep, question: str) -> str:
    """One step as a sentence in the current language; `question` is the wording of what was asked."""
    return _say(step.code, question=question, **step.values)


def _key_points(card: Scorecard) -> Table:
    head = tuple(map(_say, ("key_points", "state", "probability")))
    rows = tuple(
        (one.text, messages.say(f"export.{state_of(one)}"), percent(one.probability)) for one in card.key_points
    )
    return Table(_say("key_points"), head, rows)


def _sum_lines(card: Scorecard) -> Iterator[str]:
    """The arithmetic of `scorecard.add_up`, told with its numbers."""
    graded = [one for one in card.verdicts if isinstance(one, Verdict) and not one.not_applicable]
    counted = [one for one in graded if one.kind in ("score", "checklist")]
    applicable = [
        one
        for one in card.verdicts
        if one.kind in ("score", "checklist") and not (isinstance(one, Verdict) and one.not_applicable)
    ]
    base = sum(one.max_points for one in applicable)
    earned = sum(one.points for one in counted)
    yield _say("sum_counted", earned=f"{earned:.2f}", base=f"{base:g}")
    if base and abs(base - card.max_points) > 1e-9:
        yield _say("sum_scaled", most=points(card.max_points), scale=card.max_points / base)
    for kind in ("bonus", "penalty"):
        if any(one.kind == kind for one in graded):
            yield _say(f"sum_{kind}", points=f"{sum(one.points for one in graded if one.kind == kind):.2f}")
    if any(one.kind == "fatal" and one.level == 1 for one in graded):
        yield _say("sum_fatal")
    if card.interval:
        yield _say("sum_interval", low=card.interval[0], high=card.interval[1])
    about = {"most": points(card.max_points), "mark": points(card.pass_mark), "outcome": _result(card.passed)}
    yield _say("sum_total", total="–" if card.total is None else f"{card.total:.2f}", **about)
    if card.total_as_written is not None:
        yield _say("sum_as_written", total=f"{card.total_as_written:.2f}")


def _people(record: Record, appeals: Sequence[Appeal]) -> Block:
    names = {one.criterion: one.name for one in record.scorecard.verdicts}
    rows = [(one.at, one.who, _change(one, names), one.comment) for one in record.overrides]
    rows += [(one.at, one.who, _say("noted"), one.text) for one in record.notes]
    for one in appeals:
        name = names.get(one.criterion, one.criterion)
        rows.append((one.at, one.who, _say("appealed", criterion=name), one.reason))
        rows += [(step.at, step.who, appeal_step(step), step.reason) for step in one.steps]
    if not rows:
        return Paragraph(_say("no_people"))
    head = tuple(map(_say, ("when", "who", "what", "why")))
    told = tuple((moment(at), who or "–", what, why or "–") for at, who, what, why in sorted(rows))
    return Table(_say("people"), head, told)


def appeal_step(step: AppealStep) -> str:
    """One step of an appeal in words, in the current language."""
    outcome = messages.say("appeal.outcome_keep")
    if step.points is not None:
        cause = messages.say(f"causes.{step.cause or 'other'}")
        outcome = messages.say("appeal.outcome_points", points=f"{step.points:g}", cause=cause)
    return messages.say(f"appeal.step_{step.step}", who=step.who, reviewer=step.reviewer, outcome=outcome)


def _change(one: Override, names: Mapping[str, str]) -> str:
    name = names.get(one.criterion, one.criterion)
    if one.points is not None and one.cause:
        cause = messages.say(f"causes.{one.cause}")
        return _say("gave_because", criterion=name, points=points(one.points), cause=cause)
    return (
        _say("took_back", criterion=name)
        if one.points is None
        else _say("gave", criterion=name, points=points(one.points))
    )


def _log(entries: Sequence[AuditEntry]) -> Table:
    head = ("#", *map(_say, ("when", "who", "what")))
    rows = tuple((one.number, moment(one.at), one.who or "–", one.action) for one in entries)
    return Table(_say("log"), head, rows)
