"""`evaluator calibrate …`: the calibrator's commands. Human grades and machine readouts in, decisions out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator.calibration.data import scales_of
from evaluator.calibration.fit import fit_data, tabulate
from evaluator.commands.calibrate_inputs import load
from evaluator.commands.calibrate_options import Given, with_given
from evaluator.errors import InputError
from evaluator.messages import say

if TYPE_CHECKING:
    from evaluator.calibration.data import Data
    from evaluator.calibration.fit import HeldOut
    from evaluator.calibration.sampling import MeanEstimate
    from evaluator.profiles import Profile

# Plain help: boxes truncate Chinese lines.
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, help=say("calibration.help_app"))


@app.command("run", help=say("calibration.help_command_run"))
@with_given()
def run_report(
    given: Given,
    out: Annotated[Path, typer.Option("--out", help=say("calibration.help_report_folder"))] = Path("calibration"),
    fitted: Annotated[bool, typer.Option("--fitted/--raw", help=say("calibration.help_fitted"))] = False,
    epsilon: Annotated[float, typer.Option(help=say("calibration.help_epsilon"))] = 0.15,
) -> None:
    """Agreement with every human and with their mean beside the human ceiling, severity, and the
    replacement test.
    """
    from evaluator.calibration.report import describe_copy, describe_fits, judge_substitution, make_report, write_report

    data = load(given)
    points, half, fits, refused, label = data.readouts.points, None, {}, None, None
    try:
        profile, held_out = _fit(data, given, "report", 1)
        fits, label = {name: part.held_out for name, part in profile.criteria.items()}, profile.label
        if fitted:
            points, half = tabulate(profile, held_out)
    except InputError as problem:
        refused = problem.text()
        if fitted:
            raise
    with _at_work("comparing"):
        report = make_report(points, data.grades, data.items, epsilon=epsilon, half_widths=half)
    report = report.model_copy(update={"fits": fits, "fit_refused": refused, "profile": label})
    for line in describe_fits(report):
        typer.echo(line)
    if refused:
        typer.echo(say("calibration.fit_refused", why=refused))
    for row in report.criteria:
        typer.echo(f"{row.criterion}: {row.against_mean['pearson'].text()} | {judge_substitution(row.substitution)}")
        for copy in row.copies:
            typer.echo(f"{row.criterion}: {describe_copy(copy)}")
    for path in write_report(report, out):
        typer.echo(say("calibration.saved", path=path))


@app.command("fit", help=say("calibration.help_command_fit"))
@with_given()
def fit_profile(
    given: Given,
    out: Annotated[Path, typer.Option("--out", help=say("calibration.help_profile_file"))] = Path("profile.json"),
    name: Annotated[str, typer.Option(help=say("calibration.help_profile_name"))] = "profile",
    version: Annotated[int, typer.Option(help=say("calibration.help_profile_version"))] = 1,
) -> None:
    """Fits the grader to the humans and saves the profile, with figures on items that the fit did not see."""
    from evaluator.calibration.report import describe_fit

    data = load(given)
    profile, _ = _fit(data, given, name, version)
    for criterion, part in profile.criteria.items():
        typer.echo(describe_fit(criterion, part.held_out, None))
    for criterion in data.grades.shared(data.readouts.points):
        if criterion not in profile.criteria:
            typer.echo(say("calibration.not_fitted", criterion=criterion))
    profile.save(out)
    typer.echo(say("calibration.saved", path=out))


@app.command("route", help=say("calibration.help_command_route"))
@with_given()
def route(
    given: Given,
    share: Annotated[float, typer.Option(help=say("calibration.help_share"))] = 0.5,
    agreement: Annotated[float, typer.Option(help=say("calibration.help_agreement"))] = 0.8,
    tolerance: Annotated[float, typer.Option(help=say("calibration.help_tolerance"))] = 1.0,
    minutes: Annotated[float, typer.Option(help=say("calibration.help_minutes"))] = 3.0,
    keep: Annotated[Path | None, typer.Option(help=say("calibration.help_keep"))] = None,
    name: Annotated[str | None, typer.Option(help=say("calibration.help_kept_name"))] = None,
    version: Annotated[int | None, typer.Option(help=say("calibration.help_kept_version"))] = None,
) -> None:
    """What the grader may grade alone so that a wanted agreement holds, and the human minutes that saves.

    A file to keep it in that is there already lends name, version and pass mark.
    """
    from evaluator.calibration.fit import add_chosen, choose_widths
    from evaluator.files import kind_at
    from evaluator.profiles import Profile

    before = Profile.load(keep) if keep is not None and kind_at(keep) != "missing" else None
    name, version = name or (before.name if before else "profile"), version or (before.version if before else 1)
    profile, held = _fit(load(given), given, name, version)
    if before:
        profile = profile.model_copy(update={"routing": before.routing})
    chosen = choose_widths(profile, held, share=share, agreement=agreement, tolerance=tolerance, minutes=minutes)
    for criterion, best in chosen.items():
        text = _tell_policy(best, share, agreement, tolerance, len(held.ids))
        typer.echo(f"{criterion}: {text}")
    if keep is None:
        return
    _save_policy(profile, add_chosen(profile, held, chosen, tolerance), keep)


def _fit(data: Data, given: Given, name: str, version: int) -> tuple[Profile, HeldOut]:
    with _at_work("fitting"):
        return fit_data(data, given.texts, given.confidence, name, version)


@contextmanager
def _at_work(step: str) -> Iterator[None]:
    """Says what is going on, on stderr, while it lasts: many items take minutes."""
    from rich.console import Console

    with Console(stderr=True).status(say(f"calibration.at_work_{step}")):
        yield


def _tell_policy(best, share: float, agreement: float, tolerance: float, n: int) -> str:
    if best is None:
        return say("calibration.routing_none", share=f"{share:.0%}", agreement=f"{agreement:.0%}")
    return say(
        "calibration.routing_chosen",
        share=f"{best.share:.0%}",
        agreement=f"{best.agreement:.0%}",
        tolerance=f"{tolerance:g}",
        minutes=f"{best.minutes_saved:.0f}",
        n=n,
    )


@app.command("policy", help=say("calibration.help_command_policy"))
def policy(
    profile: Annotated[Path, typer.Argument(help=say("calibration.help_a_profile_file"))],
    pass_mark: Annotated[
        bool | None,
        typer.Option("--pass-mark/--no-pass-mark", help=say("calibration.help_pass_mark")),
    ] = None,
    widest: Annotated[list[str] | None, typer.Option(help=say("calibration.help_widest"))] = None,
    clear: Annotated[bool, typer.Option("--clear", help=say("calibration.help_clear"))] = False,
) -> None:
    """Shows what a profile lets the grader decide alone, or sets it; `grade --profile` and batches then apply it."""
    from evaluator.calibration.fit import describe_policy, set_policy
    from evaluator.profiles import Profile

    found = Profile.load(profile)
    if clear or widest or pass_mark is not None:
        routing = None if clear else set_policy(found, pass_mark, widest or [])
        _save_policy(found, routing, profile)
        return
    for line in describe_policy(found.routing, {name: name for name in found.criteria}):
        typer.echo(line)


def _save_policy(profile, routing, path: Path) -> None:
    from evaluator.calibration.fit import describe_policy

    profile.model_copy(update={"routing": routing}).save(path)
    for line in describe_policy(routing, {name: name for name in profile.criteria}):
        typer.echo(line)
    typer.echo(say("calibration.saved", path=path))


@app.command("groups", help=say("calibration.help_command_groups"))
@with_given()
def groups(
    given: Given,
    table: Annotated[Path, typer.Option("--groups", help=say("calibration.help_groups"))],
    by: Annotated[str, typer.Option("--by", help=say("calibration.help_by"))],
    item: Annotated[str, typer.Option("--item", help=say("calibration.help_item_column"))] = "item",
) -> None:
    """Whether groups get different points although they do equally well, or other points than people give them."""
    from evaluator.calibration.data import read_table
    from evaluator.calibration.report import compare_groups, describe_groups

    data, known = load(given), read_table(table)
    for column in (item, by):
        if column not in known:
            raise InputError("calibration_group_column", path=table, column=column, known=", ".join(map(str, known)))
    of_item = known.dropna(subset=[item]).drop_duplicates(item).set_index(item)[by]
    for line in describe_groups(compare_groups(data.readouts.points, data.grades.means(), of_item)):
        typer.echo(line)


@app.command("estimate", help=say("calibration.help_command_estimate"))
@with_given(confidence=0.95)
def estimate(
    given: Given,
    next_: Annotated[int | None, typer.Option("--next", min=0, help=say("calibration.help_next"))] = None,
    draw: Annotated[Path | None, typer.Option("--draw", help=say("calibration.help_draw"))] = None,
) -> None:
    """The mean of a whole batch from few human grades and many machine grades, and which items to grade
    next.
    """
    from evaluator.calibration.sampling import estimate_batch, load_draw, pick_evenly

    data = load(given)
    means, machine = data.grades.means(), data.readouts.graded
    if draw is not None and next_:
        _draw_next(data, draw, next_)
        return
    known = load_draw(draw, list(machine.index)) if draw is not None else None
    for name, found in estimate_batch(means, machine, known, confidence=given.confidence).items():
        _tell_estimate(name, found)
    if known is None:
        wanted = pick_evenly(machine.index.difference(means.index), 10 if next_ is None else next_)
        typer.echo(say("calibration.next_items", items=", ".join(wanted) or "–"))


def _draw_next(data: Data, path: Path, count: int) -> None:
    """One round more in the draw file, which is begun where there is none; says who was drawn."""
    from evaluator.calibration.sampling import draw_round

    drawn = draw_round(path, data.readouts, set(data.grades.means().index), count)
    if drawn.is_first:
        typer.echo(say("calibration.draw_begun", count=int(drawn.before["drawn"].sum()), total=len(drawn.before)))
    names = ", ".join(drawn.fresh) or "–"
    typer.echo(say("calibration.drawn", count=len(drawn.fresh), wanted=count, items=names, path=path))


def _tell_estimate(name: str, found: MeanEstimate) -> None:
    alone, low, high = (f"{value:.2f}" for value in found.humans_alone)
    typer.echo(
        say(
            "calibration.estimate",
            criterion=name,
            mean=f"{found.mean:.2f}",
            low=f"{found.low:.2f}",
            high=f"{found.high:.2f}",
            confidence=f"{found.confidence:.0%}",
            graded=found.graded,
            alone=alone,
            alone_low=low,
            alone_high=high,
            worth=f"{found.worth:.1f}",
        )
    )


@app.command("power", help=say("calibration.help_command_power"))
def power(
    correlation: Annotated[float, typer.Option(help=say("calibration.help_correlation"))] = 0.6,
    half_width: Annotated[float, typer.Option(help=say("calibration.help_half_width"))] = 0.08,
    single: Annotated[float, typer.Option(help=say("calibration.help_single"))] = 0.4,
    reliability: Annotated[float, typer.Option(help=say("calibration.help_reliability"))] = 0.8,
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.99, help=say("calibration.help_interval_confidence"))
    ] = 0.95,
) -> None:
    """How many items and graders a wanted precision takes, before anybody grades."""
    from evaluator.calibration.sampling import plan

    found = plan(
        correlation=correlation,
        half_width=half_width,
        single=single,
        reliability=reliability,
        confidence=confidence,
    )
    typer.echo(
        say(
            "calibration.power_plan",
            correlation=f"{correlation:g}",
            half_width=f"{half_width:g}",
            confidence=f"{confidence:.0%}",
            items=found.items,
            graders=found.graders,
            reliability=f"{found.reliability:.2f}",
            grades=found.grades,
        )
    )


@app.command("grade", help=say("calibration.help_command_grade"))
def grade_items(
    items: Annotated[Path, typer.Option(help=say("calibration.help_items"))],
    rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("calibration.help_rubric_to_grade"))],
    out: Annotated[Path, typer.Option(help=say("calibration.help_readouts_file"))] = Path("readouts.jsonl"),
    model: Annotated[str | None, typer.Option("--model", "-m", help=say("calibration.help_model"))] = None,
) -> None:
    """Has the grader grade the items and writes its readouts, for `run`, `fit`, `route`, `estimate` and `drift`."""
    _write_readouts(items, rubric, model, out, again=False)
    typer.echo(say("calibration.saved", path=out))


@app.command("drift", help=say("calibration.help_command_drift"))
def drift(
    before: Annotated[Path, typer.Option(help=say("calibration.help_before"))],
    after: Annotated[Path | None, typer.Option(help=say("calibration.help_after"))] = None,
    items: Annotated[Path | None, typer.Option(help=say("calibration.help_anchor_items"))] = None,
    rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("calibration.help_rubric_scales"))] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help=say("calibration.help_model_now"))] = None,
    tolerance: Annotated[float, typer.Option(help=say("calibration.help_shift"))] = 0.05,
) -> None:
    """Warns when the scores of anchor items moved, and names them; exit code 6 then, so that a schedule can tell."""
    from evaluator.calibration.agreement import find_changes, find_drift
    from evaluator.calibration.data import read_readouts

    then = read_readouts(before)
    if (items is None and after is None) or (items is not None and rubric is None):
        raise InputError("calibration_drift_needs")
    after = after or before.with_name(f"{before.stem}-now.jsonl")
    if items is not None:
        _write_readouts(items, str(rubric), model, after, again=True)
        typer.echo(say("calibration.saved", path=after))
    now = read_readouts(after)
    if parts := find_changes(then.stamp, now.stamp):
        typer.echo(say("calibration.drift_changed", parts=", ".join(say(f"calibration.part_{one}") for one in parts)))
    found = find_drift(then.points, now.points, scales_of(rubric), tolerance=tolerance)
    for row in found:
        _tell_drift(row)
    if any(row.warning for row in found):
        raise typer.Exit(6)


def _write_readouts(items: Path, rubric: str, model: str | None, out: Path, *, again: bool) -> None:
    import asyncio

    from evaluator.calibration.data import read_items, read_out, write_lines
    from evaluator.rubrics import find
    from evaluator.settings import load_settings

    settings, texts = load_settings(model=model), read_items(items)

    def tell(number: int, item) -> None:
        typer.echo(say("calibration.grading", number=number + 1, count=len(texts), item=item.id), err=True)

    write_lines(asyncio.run(read_out(texts, find(rubric, settings), settings, again=again, tell=tell)), out)


def _tell_drift(row) -> None:
    key = "calibration.drift_warning" if row.warning else "calibration.drift_ok"
    shift, low, high = (f"{value:+.2f}" for value in (row.shift, row.low, row.high))
    typer.echo(say(key, criterion=row.criterion, n=row.n, shift=shift, low=low, high=high))
    for item in row.moved[:20]:
        typer.echo(say("calibration.drift_item", item=item.item, before=f"{item.before:g}", after=f"{item.after:g}"))
