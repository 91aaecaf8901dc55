"""`evaluator calibrate …`: the calibrator's commands. Human grades and machine readouts in, decisions out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evaluator.calibration.gathering import fit_data, load, scales_of, tabulate
from evaluator.errors import InputError
from evaluator.texts import say

app = typer.Typer(no_args_is_help=True, help="Compare the grader with human graders, and fit it to them.")

GradesFile = Annotated[Path, typer.Option("--grades", help="Human grades: .csv or .xlsx, long or wide.")]
ReadoutsFile = Annotated[Path, typer.Option("--readouts", help="Machine readouts: readouts.jsonl, a line an item.")]
ItemsPath = Annotated[Path | None, typer.Option("--items", help="Folder or items.jsonl with the texts.")]
RubricName = Annotated[str | None, typer.Option("--rubric", help="Rubric whose criteria and scales the grades use.")]
MapText = Annotated[str | None, typer.Option("--map", help="Columns: item=…,grader=…,criterion=…,points=…")]
ScaleText = Annotated[str | None, typer.Option("--scale", help="Scale the humans used, lowest:highest, such as 0:100.")]
Letters = Annotated[list[str] | None, typer.Option("--letter", help="Worth of a letter grade, such as B+=8.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take the proposed meaning of the columns.")]
Confidence = Annotated[float, typer.Option(help="Stated coverage of intervals.")]
Texts = Annotated[
    bool, typer.Option("--texts/--no-texts", help="Let the fit use the texts (--items) beside the readouts.")
]


@app.command("run")
def run_report(
    grades: GradesFile,
    readouts: ReadoutsFile,
    items: ItemsPath = None,
    rubric: RubricName = None,
    map_: MapText = None,
    scale: ScaleText = None,
    letter: Letters = None,
    yes: Yes = False,
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html, report.json and report.xlsx.")] = Path(
        "calibration"
    ),
    fitted: Annotated[
        bool, typer.Option("--fitted/--raw", help="Report the fit's held-out points, not the raw ones.")
    ] = False,
    epsilon: Annotated[float, typer.Option(help="What a human costs more: .2 expert, .15 skilled, .1 crowd.")] = 0.15,
    texts: Texts = True,
    confidence: Confidence = 0.9,
) -> None:
    """Agreement with every human and with their mean beside the human ceiling, severity, and the
    replacement test.
    """
    from evaluator.calibration.pages import describe_fits, judge_substitution, write_report
    from evaluator.calibration.report import make_report

    data = load(grades, readouts, items, rubric, map_, scale, letter, yes)
    points, half, fits, refused, label = data.readouts.points, None, {}, None, None
    try:
        profile, held_out = fit_data(data, texts, confidence, "report", 1)
        fits, label = {name: part.held_out for name, part in profile.criteria.items()}, profile.label
        if fitted:
            points, half = tabulate(profile, held_out)
    except InputError as problem:
        refused = problem.text()
        if fitted:
            raise
    report = make_report(points, data.grades, data.items, epsilon=epsilon, half_widths=half)
    report = report.model_copy(update={"fits": fits, "fit_refused": refused, "profile": label})
    for line in describe_fits(report):
        typer.echo(line)
    for row in report.criteria:
        typer.echo(f"{row.criterion}: {row.against_mean['pearson'].text()} | {judge_substitution(row.substitution)}")
    for path in write_report(report, out):
        typer.echo(say("calibration.saved", path=path))


@app.command("fit")
def fit_profile(
    grades: GradesFile,
    readouts: ReadoutsFile,
    items: ItemsPath = None,
    rubric: RubricName = None,
    map_: MapText = None,
    scale: ScaleText = None,
    letter: Letters = None,
    yes: Yes = False,
    out: Annotated[Path, typer.Option("--out", help="The profile's file.")] = Path("profile.json"),
    name: Annotated[str, typer.Option(help="Name of the profile.")] = "profile",
    version: Annotated[int, typer.Option(help="Version of the profile.")] = 1,
    texts: Texts = True,
    confidence: Confidence = 0.9,
) -> None:
    """Fits the grader to the humans and saves the profile, with figures on items that the fit did not see."""
    from evaluator.calibration.pages import describe_fit

    data = load(grades, readouts, items, rubric, map_, scale, letter, yes)
    profile, _ = fit_data(data, texts, confidence, name, version)
    for criterion, part in profile.criteria.items():
        typer.echo(describe_fit(criterion, part.held_out, None))
    profile.save(out)
    typer.echo(say("calibration.saved", path=out))


@app.command("route")
def route(
    grades: GradesFile,
    readouts: ReadoutsFile,
    items: ItemsPath = None,
    rubric: RubricName = None,
    map_: MapText = None,
    scale: ScaleText = None,
    letter: Letters = None,
    yes: Yes = False,
    share: Annotated[float, typer.Option(help="Least share that the grader grades alone.")] = 0.5,
    agreement: Annotated[float, typer.Option(help="Least share of those within the tolerance.")] = 0.8,
    tolerance: Annotated[float, typer.Option(help="Points that still count as agreement.")] = 1.0,
    minutes: Annotated[float, typer.Option(help="Minutes that a human takes for an item.")] = 3.0,
    texts: Texts = True,
    confidence: Confidence = 0.9,
) -> None:
    """What the grader may grade alone so that a wanted agreement holds, and the human minutes that saves."""
    from evaluator.calibration.intervals import choose_policy, trace_policies

    profile, held = fit_data(
        load(grades, readouts, items, rubric, map_, scale, letter, yes), texts, confidence, "route", 1
    )
    for index, criterion in enumerate(profile.criteria):
        policies = trace_policies(
            held.half[:, index],
            held.points[:, index],
            held.human[:, index],
            tolerance=tolerance,
            minutes_an_item=minutes,
        )
        best = choose_policy(policies, share=share, agreement=agreement)
        if best is None:
            text = say("calibration.routing_none", share=f"{share:.0%}", agreement=f"{agreement:.0%}")
        else:
            text = say(
                "calibration.routing_chosen",
                share=f"{best.share:.0%}",
                agreement=f"{best.agreement:.0%}",
                tolerance=tolerance,
                minutes=f"{best.minutes_saved:.0f}",
                n=len(held.ids),
            )
        typer.echo(f"{criterion}: {text}")


@app.command("estimate")
def estimate(
    grades: GradesFile,
    readouts: ReadoutsFile,
    rubric: RubricName = None,
    map_: MapText = None,
    scale: ScaleText = None,
    letter: Letters = None,
    yes: Yes = False,
    confidence: Confidence = 0.95,
    next_: Annotated[int, typer.Option("--next", help="How many items to propose to a human next.")] = 10,
) -> None:
    """The mean of a whole batch from few human grades and many machine grades, and which items to grade
    next.
    """
    from evaluator.calibration.estimation import estimate_mean, pick_next

    data = load(grades, readouts, None, rubric, map_, scale, letter, yes, known_only=True)
    means, machine = data.grades.means(), data.readouts.points
    for name in (name for name in means.columns if name in machine.columns):
        both = machine.index.intersection(means[name].dropna().index)
        rest = machine[name].drop(both).dropna()
        found = estimate_mean(
            means.loc[both, name].to_numpy(),
            machine.loc[both, name].to_numpy(),
            rest.to_numpy(),
            confidence=confidence,
        )
        alone, low, high = (f"{value:.2f}" for value in found.humans_alone)
        typer.echo(
            say(
                "calibration.estimate",
                criterion=name,
                mean=f"{found.mean:.2f}",
                low=f"{found.low:.2f}",
                high=f"{found.high:.2f}",
                confidence=f"{confidence:.0%}",
                graded=found.graded,
                alone=alone,
                alone_low=low,
                alone_high=high,
                worth=f"{found.worth:.1f}",
            )
        )
    left = machine.drop(machine.index.intersection(means.index))
    doubt = ((left - machine.mean()) / machine.std()).abs().mean(axis=1).fillna(1.0)
    wanted = pick_next(list(left.index), doubt.to_numpy(), next_)
    typer.echo(say("calibration.next_items", items=", ".join(item.item for item in wanted) or "–"))


@app.command("power")
def power(
    correlation: Annotated[float, typer.Option(help="Correlation that you expect.")] = 0.6,
    half_width: Annotated[float, typer.Option(help="Precision wanted: ± this much.")] = 0.08,
    single: Annotated[float, typer.Option(help="Agreement of two single humans.")] = 0.4,
    reliability: Annotated[float, typer.Option(help="Reliability wanted of the humans' mean.")] = 0.8,
    confidence: Confidence = 0.95,
) -> None:
    """How many items and graders a wanted precision takes, before anybody grades."""
    from evaluator.calibration.power import plan

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


@app.command("drift")
def drift(
    before: Annotated[Path, typer.Option(help="Readouts of the anchors then.")],
    after: Annotated[Path, typer.Option(help="Readouts of the same anchors now.")],
    rubric: RubricName = None,
    tolerance: Annotated[float, typer.Option(help="Mean shift that matters, as a share of the scale.")] = 0.05,
) -> None:
    """Warns when the scores of anchor items moved; exit code 6 then, so that a schedule can tell."""
    from evaluator.calibration.drift import find_drift
    from evaluator.calibration.items import read_readouts

    found = find_drift(
        read_readouts(before).points, read_readouts(after).points, scales_of(rubric), tolerance=tolerance
    )
    for row in found:
        key = "calibration.drift_warning" if row.warning else "calibration.drift_ok"
        typer.echo(
            say(
                key,
                criterion=row.criterion,
                n=row.n,
                shift=f"{row.shift:+.2f}",
                low=f"{row.low:+.2f}",
                high=f"{row.high:+.2f}",
            )
        )
        for item in row.moved[:20]:
            typer.echo(
                say(
                    "calibration.drift_item",
                    item=item.item,
                    before=f"{item.before:g}",
                    after=f"{item.after:g}",
                )
            )
    if any(row.warning for row in found):
        raise typer.Exit(6)
