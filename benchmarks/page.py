"""How fast the page is with 10,000 stored gradings: first paint in Chromium, and a click's cost on the server.

    python benchmarks/page.py [--gradings 10000] [--clicks 40]

A click is one run of the page's script, as Streamlit runs it, without the network and the browser's drawing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def fill(folder: Path, gradings: int, owner: str) -> None:
    """Stores the requested number of gradings, each with its own transcript."""
    from practice_cases import WORDS, rubric, scorecard

    from evaluator.settings import load_settings
    from evaluator.storage import new_id, open_records
    from evaluator.storage.gradings import insert_grading
    from evaluator.transcript import parse

    card, chosen = scorecard(), rubric()
    with open_records(load_settings(data_dir=folder)) as records:
        for start in range(0, gradings, 1000):
            with records.database.write() as session:
                for number in range(start, min(start + 1000, gradings)):
                    transcript = parse(f"客服：{WORDS}\n客户：{number}。")
                    copy = card.model_copy(update={"id": new_id(), "transcript_digest": transcript.digest})
                    insert_grading(session, copy, transcript, rubric=chosen, label=f"考生{number}", owner=owner)


def clicks(count: int) -> dict[str, list[float]]:
    """Seconds of each run of a page, by page."""
    from ui_pages import open_page

    times: dict[str, list[float]] = {}
    for name in ("home", "grade", "history", "batch", "practice", "bank", "calibration", "settings"):
        page = open_page(name)
        times[name] = []
        for number in range(count):
            if name == "history":
                page.text_input(key="history_text").set_value(f"考生{number % 7}")
            started = time.perf_counter()
            page.run()
            times[name].append(time.perf_counter() - started)
    return times


def first_paints(folder: Path, count: int) -> list[float]:
    """Seconds from requesting the page to its title, each in a fresh browser profile."""
    from playwright.sync_api import sync_playwright

    from ui.screenshots import FLAGS, serving

    scripted = {"EVALUATOR_MODEL": "scripted", "EVALUATOR_SCRIPTED_JUDGE": "1"}
    times = []
    with serving(folder, scripted) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for _ in range(count):
            context = browser.new_context()
            page = context.new_page()
            started = time.perf_counter()
            page.goto(address)
            page.get_by_role("heading", level=1).wait_for()
            times.append(time.perf_counter() - started)
            context.close()
        browser.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gradings", type=int, default=10_000)
    parser.add_argument("--clicks", type=int, default=40)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["EVALUATOR_DATA_DIR"], os.environ["EVALUATOR_CONFIG"] = place, f"{place}/settings.toml"
        os.environ["EVALUATOR_MODEL"], os.environ["EVALUATOR_SCRIPTED_JUDGE"] = "scripted", "1"
        fill(Path(place), wanted.gradings, "test@example.com")
        print(f"{wanted.gradings} gradings, load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        for name, times in clicks(wanted.clicks).items():
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"click {name:9} median {statistics.median(times) * 1000:5.0f} ms   p95 {p95 * 1000:5.0f} ms")
        paints = first_paints(Path(place), 5)
        print("first paint " + ", ".join(f"{seconds:.2f} s" for seconds in paints))


if __name__ == "__main__":
    main()
