"""The calibration protocol: a fit with 0, 10, 30, 100 and 300 labels, tested on all other items.

    python -m benchmarks.calibration FOLDER [--readouts readouts.jsonl] [--draws 5] [--out result.json]

FOLDER holds `items.jsonl` and `grades.csv`. Beside the fit stand the uncalibrated readout (when there are readouts),
character TF-IDF with ridge, and ridge on embeddings of the whole and of its last turn, on the same splits and labels.
Figures are Pearson and mean absolute error against the humans' mean, means over draws; for the fit also the coverage of
its 90 % intervals, whole and by score band. A draw in which the fit is refused counts as the uncalibrated readout.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.calibration.embeddings import remember
from benchmarks.calibration.showing import cover, report
from evaluator.calibration.data.grades import Grades, read_grades
from evaluator.calibration.data.items import CalibrationItem, read_items, read_readouts
from evaluator.calibration.data.tables import read_table
from evaluator.calibration.fit import fit
from evaluator.calibration.fit.from_data import read_texts
from evaluator.errors import InputError
from evaluator.profiles.features import Features, cut_views

SIZES = (10, 30, 100, 300)
LEAST_TEST = 20


def main(
    folder: Path,
    readouts: Annotated[Path | None, typer.Option(help="Readouts of the model, a line an item.")] = None,
    draws: int = 5,
    sizes: str = ",".join(map(str, SIZES)),
    by_question: Annotated[bool, typer.Option(help="Test on questions that no label came from.")] = False,
    out: Path | None = None,
) -> None:
    """Prints the learning curve and writes it as JSON."""
    start = time.perf_counter()
    embed = remember()
    items, grades = read_items(folder), read_grades(read_table(folder / "grades.csv"))
    features, raw = gather(items, readouts, embed)
    items = [item for item in items if item.id in set(features.ids)]
    views = embed_plain(items, embed)
    human = grades.means().loc[list(features.ids)]
    rows = []
    for n in map(int, sizes.split(",")):
        if n > len(features.ids) - LEAST_TEST:
            continue
        for draw in range(draws):
            train, test = split(items, n, draw, by_question)
            if len(test) >= LEAST_TEST:
                rows += measure(
                    features,
                    grades,
                    human,
                    items,
                    views,
                    train,
                    test,
                    {"labels": n, "draw": draw, "by_question": by_question},
                )
    rows += measure_raw(raw, human)
    note = {"set": folder.name, "items": len(items), "draws": draws, "readouts": str(readouts or "")}
    report(rows, grades, {**note, "seconds": time.perf_counter() - start}, out)


def gather(items: list[CalibrationItem], readouts: Path | None, embed) -> tuple[Features, object]:
    """Returns the features of the complete items, and the model's own points as a table (None without a model)."""
    if readouts is None:
        return read_against_references(items, read_texts(items, embed), embed), None
    made = read_readouts(readouts)
    known = [item for item in items if item.id in made.features.index]
    table = made.points.add_prefix("points/").join(made.features)
    features = Features.from_frame(table).keep([item.id for item in known])
    return features.join(read_against_references(known, read_texts(known, embed), embed)), made.points


def read_against_references(items: list[CalibrationItem], features: Features, embed) -> Features:
    """Adds how near the answer is to the nearest reference answer, by meaning and by bigrams, where there is one."""
    if not any(item.references for item in items):
        return features
    rows = []
    for item in items:
        answer, *references = embed([item.text, *item.references])
        grams = [overlap(item.text, reference) for reference in item.references]
        rows.append(
            [
                max(float(answer @ reference) for reference in references),
                max(share for share, _ in grams),
                max(share for _, share in grams),
                np.log1p(len(item.text) / len(item.references[0])),
            ]
        )
    names = ("check/meaning", "check/recall", "check/precision", "check/length")
    return features.join(Features(np.array(rows), names, features.ids))


def overlap(answer: str, reference: str) -> tuple[float, float]:
    """Share of the reference's bigrams that the answer has, and of the answer's that the reference has."""
    ours, theirs = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (answer, reference))
    both = len(ours & theirs)
    return both / max(len(theirs), 1), both / max(len(ours), 1)


def embed_plain(items: list[CalibrationItem], embed) -> np.ndarray:
    """The baseline's vectors: the whole and its last turn, side by side."""
    parts = [cut_views(item.turns) for item in items]
    return np.hstack([embed([part[name] or " " for part in parts]) for name in ("e5-dialogue", "e5-last")])


def split(items: list[CalibrationItem], n: int, draw: int, by_question: bool) -> tuple[list[int], list[int]]:
    """Positions of n labelled items and of those tested on; by question, no question is on both sides."""
    order = np.random.default_rng(draw).permutation(len(items)).tolist()
    if not by_question:
        return order[:n], order[n:]
    questions = np.random.default_rng(draw).permutation(sorted({item.question_id for item in items})).tolist()
    held = set(questions[: max(1, len(questions) // 3)])
    train = [place for place in order if items[place].question_id not in held][:n]
    return train, [place for place in order if items[place].question_id in held] if len(train) == n else []


def measure(features, grades, human, items, views, train, test, note) -> list[dict]:
    """Figures of the fit, the uncalibrated readout and both baselines on one draw."""
    ids = [items[place].id for place in train]
    groups = {item.id: item.question_id for item in items} if note["by_question"] else None
    told = Grades(grades.table[grades.table["item"].isin(ids)])
    truth = human.to_numpy()
    rows = baseline_rows(items, views, truth, train, test, note, human.columns)
    raw = raw_rows(features, truth, test, note, human.columns)
    try:
        profile = fit(features.keep(ids), told, groups=groups).profile
    except InputError as refused:
        return [*rows, *raw, *({**row, "system": "fit", "refused": refused.text("en")} for row in raw)]
    return [*rows, *raw, *fit_rows(profile, features, truth, test, note, list(human.columns))]


def fit_rows(profile, features, truth, test, note, names) -> list[dict]:
    """Figures of a profile on items that it did not see."""
    columns = [features.names.index(name) for name in profile.columns]
    points, half = profile.predict(features.matrix[test][:, columns])
    rows = []
    for index, (name, part) in enumerate(profile.criteria.items()):
        seen, predicted = truth[test, names.index(name)], points[:, index]
        inside = np.abs(predicted - seen) <= half[:, index]
        shares = {one.label: round(share, 2) for one, share in zip(part.components, part.shares, strict=True)}
        width = float(2 * half[:, index].mean())
        more = {**cover(inside, predicted, seen), "width": width, "shares": shares}
        rows.append({**note, "system": "fit", "criterion": name, **judge(predicted, seen), **more})
    return rows


def raw_rows(features, truth, test, note, names) -> list[dict]:
    """Figures of the judge's own points on the same items; empty without a judge."""
    known = [name for name in names if f"points/{name}" in features.names]
    rows = []
    for name in known:
        column = features.matrix[test, features.names.index(f"points/{name}")]
        seen = truth[test, list(names).index(name)]
        rows.append({**note, "system": "uncalibrated", "criterion": name, **judge(column, seen)})
    return rows


def baseline_rows(items, views, truth, train, test, note, names) -> list[dict]:
    """Character TF-IDF with ridge, and ridge on embeddings, the penalty chosen by cross-validation."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeCV

    texts = [item.text for item in items]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    tfidf = (
        vectorizer.fit_transform([texts[place] for place in train]),
        vectorizer.transform([texts[place] for place in test]),
    )
    rows = []
    for system, (told, asked) in {"tfidf": tfidf, "embedding": (views[train], views[test])}.items():
        for index, name in enumerate(names):
            model = RidgeCV(np.logspace(-2, 2, 9)).fit(told, truth[train, index])
            rows.append(
                {
                    **note,
                    "system": system,
                    "criterion": name,
                    **judge(model.predict(asked), truth[test, index]),
                }
            )
    return rows


def measure_raw(raw, human) -> list[dict]:
    """The uncalibrated readout on all items: the result without any label."""
    if raw is None:
        return []
    return [
        {
            "labels": 0,
            "draw": 0,
            "system": "uncalibrated",
            "criterion": name,
            **judge(raw.loc[human.index, name].to_numpy(), human[name].to_numpy()),
        }
        for name in human.columns
        if name in raw.columns
    ]


def judge(x: np.ndarray, seen: np.ndarray) -> dict[str, float | None]:
    """Pearson's r (None where it is undefined) and mean absolute error, on items that have both."""
    both = ~(np.isnan(x) | np.isnan(seen))
    x, seen = x[both], seen[both]
    flat = len(x) < 3 or np.ptp(x) < 1e-12 or np.ptp(seen) < 1e-12
    pearson = None if flat else float(np.corrcoef(x, seen)[0, 1])
    return {"pearson": pearson, "mae": float(np.abs(x - seen).mean()) if len(x) else None}


if __name__ == "__main__":
    typer.run(main)
