"""A calibration report for people: one HTML page with plots, one workbook and one JSON file, in Chinese or English."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from pathlib import Path

from evaluator.calibration.agreement import MACHINE, Copy, Severity, Substitution
from evaluator.calibration.report.plots import plot_bland_altman, plot_confusion, plot_routing
from evaluator.calibration.report.report import TOTAL, CriterionReport, Report
from evaluator.encoding import as_workbook_cell
from evaluator.errors import StorageError
from evaluator.files import SHARED_FILE, replacing, write_in_one_step
from evaluator.messages import current, say
from evaluator.profiles import Figure

TableRows = list[list[str]]


@dataclass(frozen=True)
class Plot:
    """An <svg> element and its description."""

    svg: str
    text: str


@dataclass(frozen=True)
class ReportSection:
    """One criterion as tables and sentences."""

    title: str
    verdict: str
    agreement: TableRows
    each: TableRows
    groups: TableRows
    severity: TableRows
    copies: list[str]
    plots: list[Plot]


def write_report(report: Report, folder: Path, language: str | None = None) -> list[Path]:
    """Write report.html, report.json and report.xlsx into `folder` and return their paths. Raises StorageError."""
    language = language or current()
    folder = Path(folder)
    texts = {"report.html": render_html(report, language), "report.json": report.model_dump_json(indent=1)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_in_one_step(folder / name, text, SHARED_FILE)
        with replacing(folder / "report.xlsx", SHARED_FILE) as half:
            _write_workbook(report, half, language)
    except OSError as problem:
        raise StorageError("calibration_not_saved", path=str(folder), detail=str(problem)) from problem
    return [folder / name for name in (*texts, "report.xlsx")]


def render_html(report: Report, language: str) -> str:
    """The whole page in one file: plots are embedded, nothing is fetched."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    folder = Path(__file__).with_name("templates")
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
    parts = [describe(row, language) for row in report.criteria]
    marked = [
        ReportSection(**{**part.__dict__, "plots": [Plot(Markup(plot.svg), plot.text) for plot in part.plots]})
        for part in parts
    ]
    return environment.get_template("report.html.j2").render(
        report=report,
        parts=marked,
        language=language,
        fit_lines=describe_fits(report, language),
        problems=[problem.text(language) for problem in report.problems],
        t=lambda key, **values: say(f"calibration.{key}", language, **values),
    )


def describe(row: CriterionReport, language: str, *, plots: bool = True) -> ReportSection:
    """One criterion in words, tables and, unless disabled, plots."""
    title = say("calibration.total", language) if row.criterion == TOTAL else row.criterion
    return ReportSection(
        title=title,
        verdict=judge_substitution(row.substitution, language),
        agreement=tabulate_agreement(row, language),
        each=_tabulate_each(row, language),
        groups=_tabulate_groups(row, language),
        severity=_tabulate_severity(row.severities, language),
        copies=[describe_copy(copy, language) for copy in row.copies],
        plots=_draw(row, title, language) if plots else [],
    )


def tabulate_agreement(row: CriterionReport, language: str) -> TableRows:
    """One row per figure: the machine against the mean and single humans, then the human ceilings."""
    heads = ["figure", "against_mean", "against_each", "human_pair", "human_rest"]
    table = [
        [
            *(say(f"calibration.{head}", language) for head in heads),
            *(say("calibration.human_panel", language, n=size) for size in row.ceiling.panels),
        ]
    ]
    for name, figure in row.against_mean.items():
        cells = [
            figure,
            row.against_one(name),
            row.ceiling.pairwise[name],
            row.ceiling.one_against_rest[name],
            *(panel[name] for panel in row.ceiling.panels.values()),
        ]
        table.append([say(f"calibration.fig_{name}", language), *(cell.text(language) for cell in cells)])
    return table


def _tabulate_each(row: CriterionReport, language: str) -> TableRows:
    """One row per human: the machine's agreement with that human alone."""
    names = list(row.against_mean)
    table = [[say("calibration.grader", language), *(say(f"calibration.fig_{name}", language) for name in names)]]
    for grader, figures in row.against_each.items():
        table.append([grader, *(figures[name].text(language) for name in names)])
    return table


def _tabulate_groups(row: CriterionReport, language: str) -> TableRows:
    names = list(row.groups[0].figures) if row.groups else []
    table = [["", "", *(say(f"calibration.fig_{name}", language) for name in names)]]
    for group in row.groups:
        table.append(
            [
                say(f"calibration.group_{group.kind}", language),
                group.label,
                *(figure.text(language) for figure in group.figures.values()),
            ]
        )
    return table


def _tabulate_severity(rows: tuple[Severity, ...], language: str) -> TableRows:
    heads = ["grader", "severity_column", "outfit", "relation"]
    table = [[*(say(f"calibration.{head}", language) for head in heads), "n"]]
    for row in rows:
        name = say("calibration.machine", language) if row.grader == MACHINE else row.grader
        severity = "–" if row.severity is None else f"{row.severity:+.2f}"
        severity += "" if row.low is None else f" [{row.low:+.2f}, {row.high:+.2f}]"
        table.append(
            [
                name + (" ●" if row.misfit else ""),
                severity,
                _number(row.outfit),
                _number(row.relation),
                str(row.n),
            ]
        )
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def describe_copy(copy: Copy, language: str | None = None) -> str:
    """Two graders whose grades are suspiciously equal, as a sentence."""
    return say(
        "calibration.copy_row",
        language,
        first=copy.first,
        second=copy.second,
        n=copy.n,
        equal=f"{copy.equal:.0%}",
        usual=f"{copy.usual:.0%}",
    )


def judge_substitution(result: Substitution, language: str | None = None) -> str:
    """The replacement test in plain words, with the items still needed if it is inconclusive."""
    if result.winning_rate is None or result.advantage is None:
        most = max((duel.n for duel in result.duels), default=0)
        return say("calibration.cannot_tell", language, why=say(f"calibration.why_{result.why}", language, n=most))
    key = "may" if result.passed else "may_not" if result.more_items is None else "may_later"
    return say(
        f"calibration.{key}",
        language,
        won=sum(duel.passed for duel in result.known),
        all=len(result.known),
        rate=f"{result.winning_rate:.2f}",
        advantage=f"{result.advantage:.2f}",
        epsilon=result.epsilon,
        more=result.more_items,
    )


def describe_fits(report: Report, language: str | None = None) -> list[str]:
    """Held-out figures of the fit, one line per criterion."""
    return [describe_fit(name, figure, language) for name, figure in report.fits.items()]


def describe_fit(name: str, figure: Figure, language: str | None) -> str:
    """Held-out figures of one criterion, beside the uncalibrated ones."""
    return say(
        "calibration.fit_row",
        language,
        criterion=name,
        pearson=_number(figure.pearson),
        raw=_number(figure.uncalibrated_pearson),
        mae=f"{figure.mae:.2f}",
        coverage=f"{figure.coverage:.0%}",
        n=figure.n,
    )


def _draw(row: CriterionReport, title: str, language: str) -> list[Plot]:
    if len(row.machine) < 2:
        return []
    drawn = [
        plot_bland_altman(row.machine, row.human, title, language),
        plot_confusion(row.machine, row.human, row.step, title, language),
    ]
    if row.policies:
        drawn.append(plot_routing(row.policies, title, language))
    return [Plot(svg, unescape(svg.split("<title>", 1)[1].split("</title>", 1)[0])) for svg in drawn]


def _write_workbook(report: Report, path: Path, language: str) -> None:
    """One sheet per criterion, and one for what could not be used; cells never start a formula."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for index, row in enumerate(report.criteria):
        part = describe(row, language, plots=False)
        sheet = book.create_sheet(_sheet_name(part.title, index))
        for line in [
            [part.verdict],
            *part.agreement,
            [],
            *part.each,
            [],
            *part.groups,
            [],
            *part.severity,
            [],
            *([c] for c in part.copies),
        ]:
            sheet.append([as_workbook_cell(cell) for cell in line])
        sheet.column_dimensions["A"].width = 30
    sheet = book.create_sheet(say("calibration.problems", language)[:31])
    for text in [*describe_fits(report, language), *(problem.text(language) for problem in report.problems)]:
        sheet.append([as_workbook_cell(text)])
    book.save(path)


def _sheet_name(title: str, index: int) -> str:
    clean = "".join("_" if character in r"[]:*?/\\" else character for character in title)
    return f"{index + 1} {clean}"[:31]
