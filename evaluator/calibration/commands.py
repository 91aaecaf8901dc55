"""`evaluator calibrate …`: the calibrator's commands. Human grades and machine readouts in, decisions out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evaluator.errors import InputError
from evaluator.texts import say

if TYPE_CHECKING:
    import pandas as pd

    from evaluator.calibration.features import Features
    from evaluator.calibration.fit import HeldOut
    from evaluator.calibration.grades import Grades, Mapping, Scale
    from evaluator.calibration.items import Item, Readouts
    from evaluator.calibration.profile import Profile

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

    data = _load(grades, readouts, items, rubric, map_, scale, letter, yes)
    points, half, fits, refused, label = data.readouts.points, None, {}, None, None
    try:
        profile, held_out = _fit(data, texts, confidence, "report", 1)
        fits, label = {name: part.held_out for name, part in profile.criteria.items()}, profile.label
        if fitted:
            points, half = _tabulate(profile, held_out)
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
    from evaluator.calibration.pages import _describe_fit

    data = _load(grades, readouts, items, rubric, map_, scale, letter, yes)
    profile, _ = _fit(data, texts, confidence, name, version)
    for criterion, part in profile.criteria.items():
        typer.echo(_describe_fit(criterion, part.held_out, None))
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

    profile, held = _fit(
        _load(grades, readouts, items, rubric, map_, scale, letter, yes), texts, confidence, "route", 1
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

    data = _load(grades, readouts, None, rubric, map_, scale, letter, yes, known_only=True)
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

    found = find_drift(read_readouts(before).points, read_readouts(after).points, _scales(rubric), tolerance=tolerance)
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


class _Data:
    """What a run was given, read and checked."""

    def __init__(self, grades: Grades, readouts: Readouts, items: list[Item], scales: dict[str, Scale]) -> None:
        self.grades, self.readouts, self.items, self.scales = grades, readouts, items, scales


def _load(
    grades: Path,
    readouts: Path,
    items: Path | None,
    rubric: str | None,
    map_: str | None,
    scale: str | None,
    letters: list[str] | None,
    yes: bool,
    *,
    known_only: bool = False,
) -> _Data:
    from evaluator.calibration.grades import propose_mapping, read_grades, read_table
    from evaluator.calibration.items import read_items, read_readouts

    made, texts, scales = read_readouts(readouts), read_items(items) if items else [], _scales(rubric)
    table = read_table(grades)
    mapping = _parse_mapping(map_, table) if map_ else propose_mapping(table, list(scales or made.points.columns))
    typer.echo(mapping.explain(), err=True)
    if mapping.kind != "long" and not map_ and not yes and not typer.confirm(say("calibration.confirm_mapping")):
        raise InputError("calibration_not_confirmed")
    known = {item.id for item in texts} or set(made.points.index)
    read = read_grades(
        table,
        mapping,
        items=known,
        scales=scales,
        given_scale=_parse_scale(scale),
        letters=_parse_letters(letters),
    )
    for problem in read.problems[:20]:
        typer.echo(problem.text(), err=True)
    if read.problem_count > 20:
        typer.echo(say("calibration.problems_more", count=read.problem_count), err=True)
    return _Data(read, made, texts, scales)


def _scales(rubric: str | None) -> dict[str, Scale]:
    """Scales by criterion of a rubric by name or path; none without one."""
    if rubric is None:
        return {}
    from evaluator.calibration.grades import Scale
    from evaluator.rubrics import find

    return {item.id: Scale(low=0.0, high=item.points) for item in find(rubric).criteria if item.points}


def _parse_mapping(text: str, table: pd.DataFrame) -> Mapping:
    """A mapping in words: item=a,grader=b,criterion=c,points=d, or wide: item=a,graders=x|y or
    item=a,criteria=x|y.
    """
    from evaluator.calibration.grades import Mapping

    try:
        parts: dict[str, Any] = dict(part.split("=", 1) for part in text.split(","))
    except ValueError as problem:
        raise InputError("calibration_bad_map", text=text) from problem
    wide = next((kind for kind in ("graders", "criteria") if kind in parts), None)
    if "item" not in parts or (wide is None and "points" not in parts):
        raise InputError("calibration_bad_map", text=text)
    columns = tuple(parts.pop(wide).split("|")) if wide else ()
    known = {key: value for key, value in parts.items() if key in ("item", "grader", "criterion", "points")}
    return Mapping(kind=wide or "long", columns=columns, **known)


def _parse_scale(text: str | None) -> Scale | None:
    from evaluator.calibration.grades import Scale

    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError as problem:
        raise InputError("calibration_bad_scale", text=text) from problem
    if not low < high:
        raise InputError("calibration_bad_scale", text=text)
    return Scale(low=low, high=high)


def _parse_letters(texts: list[str] | None) -> dict[str, float]:
    try:
        return {name.strip().upper(): float(worth) for name, worth in (text.rsplit("=", 1) for text in texts or ())}
    except ValueError as problem:
        raise InputError("calibration_bad_letter", text=", ".join(texts or ())) from problem


def _fit(data: _Data, texts: bool, confidence: float, name: str, version: int) -> tuple[Profile, HeldOut]:
    from evaluator.calibration.fit import fit_and_hold_out
    from evaluator.calibration.profile import Stamp

    groups = {item.id: item.question_id for item in data.items if item.question_id}
    stamp = Stamp(**{key: value for key, value in data.readouts.stamp.items() if key in Stamp.model_fields})
    return fit_and_hold_out(
        _features(data, texts),
        data.grades,
        name=name,
        version=version,
        stamp=stamp,
        scales=data.scales,
        groups=groups if len(groups) == len(data.items) else None,
        confidence=confidence,
    )


def _features(data: _Data, texts: bool) -> Features:
    """Readouts, and numbers of the texts where they are known."""
    from evaluator.calibration.features import Features

    made = data.readouts
    points = made.points.add_prefix("points/")
    features = Features.from_frame(points.join(made.features.drop(columns=points.columns, errors="ignore")))
    known = {item.id: item for item in data.items if item.id in set(features.ids)}
    if not texts or not known:
        return features
    from evaluator.calibration.texts import read_texts

    return features.keep(list(known)).join(read_texts(list(known.values())))


def _tabulate(profile: Profile, held: HeldOut) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Held-out points as a table like the readouts', and half widths by criterion."""
    import pandas as pd

    points = pd.DataFrame(held.points, index=list(held.ids), columns=list(profile.criteria))
    return points, {name: held.half[:, index] for index, name in enumerate(profile.criteria)}
