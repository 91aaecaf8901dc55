"""The report's plots as inline SVG with a title for screen readers; the only module that uses matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape

import numpy as np

from evaluator.calibration.agreement import to_levels
from evaluator.calibration.fit import PolicyPoint
from evaluator.messages import say

MOST_DOTS = 2000  # above this only every second, third and so on is drawn, so that the page opens

INK, LIGHT, MARK = "#1f3a5f", "#d9e3f0", "#b5482a"


def plot_bland_altman(machine: Sequence[float], human: Sequence[float], criterion: str, language: str | None) -> str:
    """Difference against mean, with the mean difference and the limits that hold 95% (Bland and Altman, 1986)."""
    x, y = np.array(machine), np.array(human)
    difference, mean = x - y, (x + y) / 2
    spread = 1.96 * (difference.std(ddof=1) if len(difference) > 1 else 0.0)
    centre = float(difference.mean())
    figure, axes = _start()
    every = max(1, -(-len(mean) // MOST_DOTS))
    axes.scatter(mean[::every], difference[::every], s=10, alpha=0.5, color=INK, linewidths=0)
    for value, style in ((centre, "-"), (centre - spread, "--"), (centre + spread, "--")):
        axes.axhline(value, color=MARK, linestyle=style, linewidth=1)
    _label(axes, "mean", "difference", language)
    text = say(
        "calibration.plot_bland",
        language,
        criterion=criterion,
        bias=f"{centre:+.2f}",
        low=f"{centre - spread:.2f}",
        high=f"{centre + spread:.2f}",
    )
    return _finish(figure, text)


def plot_confusion(
    machine: Sequence[float], human: Sequence[float], step: float, criterion: str, language: str | None
) -> str:
    """Items by level of the humans' mean and the machine; scales of more than 20 levels are drawn in 20 bins."""
    x, y = np.array(human), np.array(machine)
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    width = max(step, (high - low) / 20)
    first, last = to_levels(np.array([low, high]), width).tolist()
    levels = np.arange(first, last + 1)
    edges = np.append(levels - 0.5, levels[-1] + 0.5)
    counts, _, _ = np.histogram2d(to_levels(y, width), to_levels(x, width), bins=[edges, edges])
    figure, axes = _start()
    axes.imshow(counts, origin="lower", cmap="Blues", aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        if count and len(levels) <= 12:
            axes.text(
                column,
                row,
                int(count),
                ha="center",
                va="center",
                fontsize=7,
                color="white" if count > counts.max() / 2 else INK,
            )
    every = max(1, len(levels) // 8)
    axes.set_xticks(range(0, len(levels), every), [f"{level * width:g}" for level in levels[::every]])
    axes.set_yticks(range(0, len(levels), every), [f"{level * width:g}" for level in levels[::every]])
    _label(axes, "human", "machine", language)
    return _finish(figure, say("calibration.plot_heat", language, criterion=criterion))


def plot_routing(policies: Sequence[PolicyPoint], criterion: str, language: str | None) -> str:
    """Agreement against the share that the grader grades alone."""
    figure, axes = _start()
    axes.plot(
        [100 * policy.share for policy in policies],
        [100 * (policy.agreement or 0) for policy in policies],
        color=INK,
        marker="o",
        markersize=3,
    )
    axes.set_xlim(0, 100)
    _label(axes, "share", "agreement", language)
    first, last = (f"{100 * (policy.agreement or 0):.0f} %" for policy in (policies[0], policies[-1]))
    return _finish(figure, say("calibration.plot_routing", language, criterion=criterion, first=first, last=last))


def _start():
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text: the reader's own fonts show Chinese
    matplotlib.rcParams["svg.hashsalt"] = "evaluator"  # the same data yields the same bytes
    figure = Figure(figsize=(4.4, 3.2), layout="tight")
    return figure, figure.add_subplot()


def _label(axes, x: str, y: str, language: str | None) -> None:
    axes.set_xlabel(say(f"calibration.axis_{x}", language))
    axes.set_ylabel(say(f"calibration.axis_{y}", language))
    axes.spines[["top", "right"]].set_visible(False)


def _finish(figure, text: str) -> str:
    """The figure as an <svg> element with a role and a title that says what it shows."""
    import logging
    import warnings

    buffer = io.StringIO()
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with warnings.catch_warnings():  # glyphs are drawn by the reader's fonts, not matplotlib's
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    return re.sub(
        r"<svg ([^>]*)>",
        rf'<svg role="img" aria-label="{escape(text)}" \1><title>{escape(text)}</title>',
        svg,
        count=1,
    )
