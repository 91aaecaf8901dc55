"""The calibration protocol: a fit with 0, 10, 30, 100 and 300 labels, tested on all other items.

    python -m benchmarks.calibration FOLDER [--readouts readouts.jsonl] [--draws 5] [--out result.json]

FOLDER holds `items.jsonl` and `grades.csv`. Beside the fit stand the uncalibrated readout (when there are readouts),
character TF-IDF with ridge, and ridge on embeddings of the whole and of its last turn, all trained on the same labels.
Figures are Pearson with the humans' mean, means over draws; for the fit also the coverage of its 90 % intervals.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.calibration.embeddings import remember
from evaluator.calibration.features import Features, cut_views
from evaluator.calibration.fit import fit
from evaluator.calibration.grades import Grades, read_grades, read_table
from evaluator.calibration.items import Item, read_items, read_readouts
from evaluator.calibration.texts import _turns, read_texts
from evaluator.errors import InputError

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
    report(rows, list(human.columns), time.perf_counter() - start, out, folder, len(items))


def gather(items: list[Item], readouts: Path | None, embed) -> tuple[Features, object]:
    """Features of the items that have everything, and the model's own points as a table (None without a model)."""
    if readouts is None:
        return read_against_references(items, read_texts(items, embed), embed), None
    made = read_readouts(readouts)
    known = [item for item in items if item.id in made.features.index]
    table = made.points.add_prefix("points/").join(made.features)
    features = Features.from_frame(table).keep([item.id for item in known])
    return features.join(read_against_references(known, read_texts(known, embed), embed)), made.points


def read_against_references(items: list[Item], features: Features, embed) -> Features:
    """Adds, where items have reference answers, how near the answer is to the nearest, by meaning and by bigrams."""
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


def embed_plain(items: list[Item], embed) -> np.ndarray:
    """The baseline's vectors: the whole and its last turn, side by side."""
    parts = [cut_views(_turns(item)) for item in items]
    return np.hstack([embed([part[name] or " " for part in parts]) for name in ("e5-dialogue", "e5-last")])


def split(items: list[Item], n: int, draw: int, by_question: bool) -> tuple[list[int], list[int]]:
    """Places of n labelled items and of those tested on; by question no question is on both sides."""
    order = np.random.default_rng(draw).permutation(len(items)).tolist()
    if not by_question:
        return order[:n], order[n:]
    questions = np.random.default_rng(draw).permutation(sorted({item.question_id for item in items})).tolist()
    held = set(questions[: max(1, len(questions) // 3)])
    train = [place for place in order if items[place].question_id not in held][:n]
    return train, [place for place in order if items[place].question_id in held] if len(train) == n else []


def measure(features, grades, human, items, views, train, test, note) -> list[dict]:
    """Figures of the fit and of both baselines on one draw."""
    ids = [items[place].id for place in train]
    groups = {item.id: item.question_id for item in items} if note["by_question"] else None
    told = Grades(grades.table[grades.table["item"].isin(ids)])
    truth = human.to_numpy()
    rows = baseline_rows(items, views, truth, train, test, note, human.columns)
    try:
        profile = fit(features.keep(ids), told, groups=groups)
    except InputError as refused:
        return [*rows, {**note, "system": "fit", "refused": refused.text("en")}]
    columns = [features.names.index(name) for name in profile.columns]
    points, half = profile.predict(features.matrix[test][:, columns])
    for index, name in enumerate(profile.criteria):
        seen = truth[test, list(human.columns).index(name)]
        rows.append(
            {
                **note,
                "system": "fit",
                "criterion": name,
                "pearson": correlate(points[:, index], seen),
                "mae": float(np.abs(points[:, index] - seen).mean()),
                "coverage": float((np.abs(points[:, index] - seen) <= half[:, index]).mean()),
                "shares": {
                    part.label: round(share, 2)
                    for part, share in zip(
                        profile.criteria[name].components, profile.criteria[name].shares, strict=True
                    )
                },
            }
        )
        raw = f"points/{name}"
        if raw in features.names:
            column = features.matrix[test, features.names.index(raw)]
            rows.append({**note, "system": "uncalibrated", "criterion": name, "pearson": correlate(column, seen)})
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
                    "pearson": correlate(model.predict(asked), truth[test, index]),
                }
            )
    return rows


def measure_raw(raw, human) -> list[dict]:
    """The uncalibrated readout on all items: what no label gives."""
    if raw is None:
        return []
    return [
        {
            "labels": 0,
            "draw": 0,
            "system": "uncalibrated",
            "criterion": name,
            "pearson": correlate(raw.loc[human.index, name].to_numpy(), human[name].to_numpy()),
        }
        for name in human.columns
        if name in raw.columns
    ]


def correlate(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's r, None where it is undefined."""
    return None if np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12 else float(np.corrcoef(x, y)[0, 1])


def report(rows: list[dict], names: list[str], seconds: float, out: Path | None, folder: Path, n: int) -> None:
    """A line a system and number of labels: the mean over draws of each criterion's figure, and coverage."""
    import pandas as pd

    table = pd.DataFrame([row for row in rows if "criterion" in row])
    means = table.groupby(["labels", "system", "criterion"])["pearson"].mean().unstack("criterion")[names]
    if "coverage" in table:
        means["coverage"] = table.groupby(["labels", "system"])["coverage"].mean()
    typer.echo(f"{folder.name}: {n} items, {seconds:.0f} s")
    typer.echo(means.round(3).to_string(na_rep="–"))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"set": folder.name, "items": n, "rows": rows}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
