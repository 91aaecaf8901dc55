"""A scorecard as text: Markdown, and the phrases that the terminal, the page and exports share."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator import messages
from evaluator.scorecard import Scorecard, UngradedVerdict, Verdict
from evaluator.transcript import Transcript


def _say(key: str, **values: object) -> str:
    return messages.say(f"report.{key}", **values)


def points(value: float | None) -> str:
    """Points as people write them: one decimal, none when whole, a dash when there are none."""
    return "–" if value is None else f"{round(value, 1):g}"


def percent(value: float | None) -> str:
    """A probability in whole percent."""
    return "–" if value is None else f"{value:.0%}"


def standing(card: Scorecard) -> str:
    """Whether it passed, in a phrase with the pass mark."""
    word = {True: "passed", False: "not_passed", None: "undecided"}[card.passed]
    return _say(word, mark=points(card.pass_mark))


def outcome(verdict: Verdict) -> str:
    """What a criterion came to: points with the sign of a bonus or penalty, or whether a fatal item happened."""
    sign = {"penalty": "-", "bonus": "+"}.get(verdict.kind, "")
    came_to = f"{sign}{points(verdict.points)} / {points(verdict.max_points)}"
    if verdict.kind == "fatal":
        came_to = verdict.level_description
    return f"{came_to} ({_say('not_applicable')})" if verdict.not_applicable else came_to


def decided(card: Scorecard, language: str | None = None) -> str:
    """Who decides, by the policy of the calibration profile; empty without a profile."""
    return messages.say(f"report.decided_{card.decision}", language, name=card.profile or "–") if card.decision else ""


def shown_reasons(card: Scorecard, language: str | None = None) -> list[str]:
    """Why a person should look, a sentence each; one that concerns a criterion begins with its name."""
    names = {verdict.criterion: verdict.name for verdict in card.verdicts}
    return [
        _reason(reason.code, dict(reason.values), names.get(reason.criterion or ""), language)
        for reason in card.review_reasons
    ]


def _reason(code: str, values: dict[str, str], criterion: str | None, language: str | None) -> str:
    if "cause" in values:
        values["cause"] = messages.say(f"review.cause_{values['cause']}", language)
    sentence = messages.say(f"review.{code}", language, **values)
    return f"{criterion}: {sentence}" if criterion else sentence


def usage_line(card: Scorecard) -> str:
    """Model, time, tokens, money, and the record's id."""
    usage = card.usage
    cost = "" if usage.cost is None else f" · ${usage.cost:.4f}"
    return _say(
        "usage",
        model=card.judge.get("answered_by", card.judge.get("name", "?")),
        seconds=f"{usage.seconds:.1f}",
        tokens=usage.prompt_tokens - usage.cached_tokens,
        cached=usage.cached_tokens,
        generated=usage.generated_tokens,
        cost=cost,
        id=card.id,
    )


def to_markdown(card: Scorecard, transcript: Transcript) -> str:
    """The scorecard as Markdown, with the transcript's exact words as evidence."""
    return "\n".join(_lines(card, transcript)) + "\n"


def _lines(card: Scorecard, transcript: Transcript) -> Iterator[str]:
    yield f"# {card.rubric.title}"
    yield f"\n**{points(card.total)} / {points(card.max_points)}** — {standing(card)}\n"
    if card.decision:
        yield f"{decided(card)}\n"
    for verdict in card.verdicts:
        yield from _verdict_lines(verdict)
    if card.key_points:
        yield f"\n## {_say('key_points')}\n"
        for item in card.key_points:
            mark = {True: "x", False: " ", None: "?"}[item.covered]
            where = f" — {item.evidence[0].turn}: “{item.evidence[0].text}”" if item.evidence else ""
            yield f"- [{mark}] {item.text} ({percent(item.probability)}){where}"
    yield f"\n## {_say('references')}\n"
    for use in card.references:
        yield f"- {_say(use.kind)} · {_say(f'matched_{use.matched_by}')} · {use.source or _say('source_unknown')} · `{use.digest[:12]}`"
    if not card.references:
        yield _say("no_references")
    yield f"\n## {_say('review')}\n"
    yield from (f"- {reason}" for reason in shown_reasons(card)) if card.review else [_say("no_review")]
    for assumption in transcript.assumptions:
        yield f"- {_say('assumed')} {messages.say(f'transcript.{assumption.code}', **assumption.values)}"
    yield f"\n{usage_line(card)}"


def _verdict_lines(verdict: Verdict | UngradedVerdict) -> Iterator[str]:
    if isinstance(verdict, UngradedVerdict):
        cause = messages.say(f"review.cause_{verdict.ungraded.cause}")
        yield f"\n## {verdict.name}: {_say('ungraded', cause=cause)} / {points(verdict.max_points)}\n"
        return
    yield f"\n## {verdict.name}: {outcome(verdict)}\n"
    yield f"| {_say('column_points')} | {_say('column_probability')} | {_say('column_level')} |\n| ---: | ---: | --- |"
    for place, share in enumerate(verdict.distribution):
        mark = "**" if place == verdict.level else ""
        level = " ".join(share.description.split()).replace("|", "\\|")  # a line or a bar would end the cell
        yield f"| {points(share.points)} | {percent(share.probability)} | {mark}{level}{mark} |"
    yield ""
    for item in verdict.evidence:
        sign = "+" if item.direction == "for" else "−"
        yield f"- {sign} [{item.turn} {item.speaker or _say(f'role_{item.role}')}] “{item.text}”"
