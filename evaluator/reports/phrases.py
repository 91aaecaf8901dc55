"""A scorecard as text: the phrases shared by the terminal, the page and exports."""

from __future__ import annotations

from evaluator import messages
from evaluator.scorecard import Evidence, KeyPointResult, Scorecard, Verdict

MOST_QUOTES, LONGEST_QUOTE = 3, 60  # sentences quoted per reason, and their characters


def phrase(key: str, **values: object) -> str:
    """The text for `key` in the catalogue `report`, in the current language."""
    return messages.say(f"report.{key}", **values)


def points(value: float | None) -> str:
    """Points as people write them: one decimal, none if whole, a dash if there are none."""
    return "–" if value is None else f"{round(value, 1):g}"


def percent(value: float | None) -> str:
    """A probability as a whole percentage."""
    return "–" if value is None else f"{value:.0%}"


def standing(card: Scorecard) -> str:
    """Whether it passed, as a phrase with the pass mark."""
    word = {True: "passed", False: "not_passed", None: "undecided"}[card.passed]
    return phrase(word, mark=points(card.pass_mark))


def outcome(verdict: Verdict) -> str:
    """The result of a criterion: points, signed for a bonus or penalty, or whether a fatal item happened."""
    sign = {"penalty": "-", "bonus": "+"}.get(verdict.kind, "")
    came_to = f"{sign}{points(verdict.points)} / {points(verdict.max_points)}"
    if verdict.kind == "fatal":
        came_to = verdict.level_description
    return f"{came_to} ({phrase('not_applicable')})" if verdict.not_applicable else came_to


def why(verdict: Verdict, language: str | None = None) -> str:
    """Where the points of a criterion went, in one sentence; empty if nothing is known to be missing.

    It names the checks that were not met, and the sentences nearest to them.
    """
    missing = [part.text for part in verdict.parts if part.met is False]
    if not missing:
        return ""
    told = messages.say("report.why", language, parts=messages.say("ui.semicolon", language).join(missing))
    said = next((item.text for item in verdict.evidence if item.direction == "against"), "")
    return told + (messages.say("report.why_nearest", language, said=said) if said else "")


def bearing(item: Evidence, language: str | None = None) -> str:
    """The value of a quotation in a word or two: for, against, or only the nearest sentence."""
    return messages.say("report.nearest" if item.verified is False else f"ui.{item.direction}", language)


def state_of(point: KeyPointResult) -> str:
    """The key of a word for a key point's state in the catalogues `ui` and `export`: proved, likely or not judged."""
    if point.covered is None:
        return "not_judged"
    word = "covered" if point.covered else "missing"
    return f"likely_{word}" if point.verified is False else word


def decided(card: Scorecard, language: str | None = None) -> str:
    """Who decides under the calibration profile's policy; empty without a profile."""
    return messages.say(f"report.decided_{card.decision}", language, name=card.profile or "–") if card.decision else ""


def shown_reasons(card: Scorecard, language: str | None = None) -> list[str]:
    """Why a person should look, one sentence per reason; one about a criterion starts with its name."""
    names = {verdict.criterion: verdict.name for verdict in card.verdicts}
    quotes = {f"guard_{guard.code}": guard.evidence[:MOST_QUOTES] for guard in card.guards}
    told = [
        _reason(reason.code, dict(reason.values), names.get(reason.criterion or ""), language)
        + "".join(f" “{_shortened(item.text)}”" for item in quotes.get(reason.code, ()))
        for reason in card.review_reasons
    ]
    if card.total_as_written is not None:
        told.append(messages.say("review.as_written", language, total=points(card.total_as_written)))
    return told


def _shortened(text: str) -> str:
    """Words to recognise a sentence by, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"


def _reason(code: str, values: dict[str, str], criterion: str | None, language: str | None) -> str:
    if "cause" in values:
        values["cause"] = messages.say(f"review.cause_{values['cause']}", language)
    sentence = messages.say(f"review.{code}", language, **values)
    return f"{criterion}: {sentence}" if criterion else sentence


def usage_line(card: Scorecard) -> str:
    """Model, time, tokens, money, and the record's id."""
    usage = card.usage
    cost = "" if usage.cost is None else f" · ${usage.cost:.4f}"
    return phrase(
        "usage",
        model=card.judge.get("answered_by", card.judge.get("name", "?")),
        seconds=f"{usage.seconds:.1f}",
        tokens=usage.prompt_tokens - usage.cached_tokens,
        cached=usage.cached_tokens,
        generated=usage.generated_tokens,
        cost=cost,
        id=card.id,
    )
