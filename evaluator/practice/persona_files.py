"""Persona files: finding them, reading them with the line of every mistake, and checking what would spoil a call."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path

from evaluator.encoding import write_yaml
from evaluator.errors import InputError
from evaluator.files import make_private_dir, not_written, write_in_one_step
from evaluator.practice.persona import Fact, Persona, Speech, StockLines
from evaluator.resources import resource_dir
from evaluator.rubric import Rubric
from evaluator.rubrics import FileShape, Finding, WrongRubric, find, line_of, read_as, read_text
from evaluator.settings import Settings, load_settings

SCHEMA_FILE = "persona.schema.json"
PERSONA = FileShape(Persona, {"facts": Fact, "speech": Speech, "lines": StockLines}, "no_persona_fields")


def parse_persona(text: str, name: str = "-") -> Persona:
    """The persona in a YAML text; WrongRubric names the line and what to write instead."""
    return read_as(PERSONA, text, name)


def load_persona(path: str | Path) -> Persona:
    """The persona in a YAML file; an InputError names the file, the line and what to write instead."""
    return parse_persona(read_text(Path(path)), str(path))


def dump_persona(persona: Persona, schema: str = SCHEMA_FILE) -> str:
    """YAML text of a persona, which `parse_persona` reads back as an equal one; `schema` is the schema's location."""
    body = write_yaml(persona.model_dump(mode="json", exclude_defaults=True))
    return f"# yaml-language-server: $schema={schema}\n{body}"


def persona_schema_text() -> str:
    """The JSON Schema of persona files, as published in docs/persona.schema.json."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Persona.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def persona_files(settings: Settings | None = None) -> dict[str, Path]:
    """The persona files by name without suffix; the user's own override shipped ones of the same name."""
    own = (settings or load_settings()).user_rubric_dir / "personas"
    folders = (resource_dir("rubrics") / "personas", own)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def write_persona(persona: Persona, settings: Settings | None = None) -> Path:
    """Writes the persona among the user's own, replacing an older one of its id in one step; returns the path.

    Raises StorageError where that cannot be.
    """
    folder = (settings or load_settings()).user_rubric_dir / "personas"
    path = folder / f"{persona.id}.yaml"
    try:
        make_private_dir(folder)
        write_in_one_step(path, dump_persona(persona))
    except OSError as error:
        raise not_written(path, error) from None
    return path


def find_persona(name_or_path: str | Path, settings: Settings | None = None) -> Persona:
    """The persona in that file or with that id; InputError suggests the nearest ids if there is none."""
    name = str(name_or_path)
    if isinstance(name_or_path, Path) or name.endswith((".yaml", ".yml")):
        return load_persona(name_or_path)
    files = persona_files(settings)
    if name in files:
        return load_persona(files[name])
    near = difflib.get_close_matches(name.lower(), files, n=3, cutoff=0.4) or sorted(files)[:3]
    raise InputError("persona_unknown", name=name, near=", ".join(near))


def personas_for(rubric_id: str, settings: Settings | None = None) -> list[Persona]:
    """The personas of one rubric, by id. A faulty file raises, so that it is noticed."""
    found = (load_persona(path) for name, path in persona_files(settings).items() if name.startswith(f"{rubric_id}."))
    return sorted((persona for persona in found if persona.rubric == rubric_id), key=lambda persona: persona.id)


def lint_persona(persona: Persona, rubric: Rubric | None = None) -> list[Finding]:
    """What would spoil a call with this persona, errors first; without `rubric`, checks against it are skipped."""
    found = [*_leaks(persona), *_odd(persona), *(_beside(persona, rubric) if rubric else ())]
    return sorted(found, key=lambda one: one.severity != "error")


def lint_persona_file(path: Path, settings: Settings | None = None) -> list[Finding]:
    """Findings in a persona file, with their lines: everything that keeps it from loading, or those of `lint_persona`.

    Raises InputError if it cannot be read at all.
    """
    text = read_text(path)
    try:
        persona = parse_persona(text, str(path))
    except WrongRubric as wrong:
        return list(wrong.findings)
    try:
        found = lint_persona(persona, find(persona.rubric, settings))
    except InputError:
        found = [_error("persona_rubric_unknown", "rubric", rubric=persona.rubric), *lint_persona(persona)]
    return [one.model_copy(update={"line": line_of(text, one.where)}) for one in found]


def _leaks(persona: Persona) -> Iterator[Finding]:
    """Hidden facts that a line or an open fact reveals without being asked."""
    for fact in persona.hidden:
        for word in fact.giveaways:
            if not fact.model_copy(update={"giveaways": (word,)}).given_away_by(fact.says):
                yield _error("giveaway_not_said", f"facts.{fact.id}", id=fact.id, word=word)
        for state, line in _said(persona):
            if word := fact.given_away_by(line):
                yield _error("stock_line_tells", f"lines.{state}", id=fact.id, word=word, state=state, line=line)
        for other in persona.facts:
            if not other.hidden and (word := fact.given_away_by(other.says)):
                yield _error("open_fact_tells", f"facts.{other.id}", id=fact.id, word=word, other=other.id)


def _error(code: str, where: str, **values: str) -> Finding:
    return Finding(severity="error", code=code, where=where, values=values)


def _said(persona: Persona) -> Iterator[tuple[str, str]]:
    for state in StockLines.model_fields:
        for line in getattr(persona.lines, state):
            yield state, line
    for line in persona.speech.samples:
        yield "samples", line


def _odd(persona: Persona) -> Iterator[Finding]:
    if not persona.hidden:
        yield Finding(severity="warning", code="nothing_hidden", where="facts")
    if not {"date_given", "done_now"} & set(persona.calms):
        yield Finding(severity="warning", code="no_date_calms", where="calms")


def _beside(persona: Persona, rubric: Rubric) -> Iterator[Finding]:
    if persona.language != rubric.language:
        values = {"language": persona.language, "rubric": rubric.id, "other": rubric.language}
        yield _error("persona_language_differs", "language", **values)
    if rubric.form != "dialogue":
        yield _error("persona_not_a_call", "rubric", rubric=rubric.id, form=rubric.form)
