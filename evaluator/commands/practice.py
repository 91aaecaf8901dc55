"""`evaluator practice …`: a call with a simulated customer in the terminal, from the first words to the grading."""

# Annotations are evaluated here: Typer reads them, and the help texts in them depend on the current language.

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from evaluator import messages
from evaluator.commands.grading import ensure_model
from evaluator.errors import InputError
from evaluator.practice import explain, find_persona, hand_in, load_persona, persona_files, personas_for, practised
from evaluator.practice.call import Room, hint, hints_of, is_paused, load, note, place_of, start, usual_writer, waiting
from evaluator.reports import print_scorecard
from evaluator.rubrics import find
from evaluator.settings import load_settings
from evaluator.storage import OwnPoint, open_records

if TYPE_CHECKING:
    from evaluator.practice import Persona
    from evaluator.practice.call import Hint, Room, Talk
    from evaluator.rubric import Criterion, Rubric
    from evaluator.settings import Settings
    from evaluator.storage import CallTurn, OwnPoint, Records

OWNER = ""  # who grades in a terminal has no name: the same as for `evaluator grade`


def say(key: str, **values: object) -> str:
    """A text of the simulated call."""
    return messages.say(f"practice_call.{key}", **values)


app = typer.Typer(help=say("help"), no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Model = Annotated[str | None, typer.Option("--model", "-m", help=messages.say("cli.grade_model"))]
Writer = Annotated[str | None, typer.Option(help=say("call_writer"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=messages.say("cli.grade_yes"))]
Lang = Annotated[str | None, typer.Option(metavar="zh|en", help=messages.say("cli.lang"))]


@app.command(help=say("call"))
def call(
    persona: Annotated[str | None, typer.Argument(metavar="PERSONA", help=say("call_persona"))] = None,
    rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("call_rubric"))] = None,
    model: Model = None,
    writer: Writer = None,
    yes: Yes = False,
    lang: Lang = None,
) -> None:
    settings = _settings(model, lang, yes)
    chosen = find_persona(persona, settings) if persona else _choose(rubric, settings)
    found = find(chosen.rubric, settings)
    with open_records(settings) as records:
        talk = start(records, OWNER, found, chosen, writer or usual_writer(settings.model))
        print(say("case", text=found.task.strip()))
        asyncio.run(_lead(records, found, talk.id, settings, writer))


@app.command(help=say("resume"))
def resume(
    id: Annotated[str | None, typer.Argument(metavar="ID", help=say("call_id"))] = None,
    model: Model = None,
    writer: Writer = None,
    yes: Yes = False,
    lang: Lang = None,
) -> None:
    settings = _settings(model, lang, yes)
    with open_records(settings) as records:
        if id is None:
            known = records.calls.all(OWNER)
            if not known:
                raise InputError("practice_no_calls")
            id = known[0].id
        talk = load(records, OWNER, id)
        rubric = records.rubrics.content(talk.call.rubric_digest)
        assert rubric is not None  # a foreign key of the call holds it
        asyncio.run(_lead(records, rubric, talk.id, settings, writer or talk.call.writer))


@app.command("list", help=say("list"))
def list_calls(lang: Lang = None) -> None:
    messages.use(lang or messages.current())
    with open_records() as records:
        calls = records.calls.all(OWNER)
        if not calls:
            print(say("nothing_kept"))
        for one in calls:
            talk = load(records, OWNER, one.id)
            turns = sum(turn.kind == "agent" for turn in talk.said())
            graded = any(turn.kind == "attempt" for turn in talk.turns)
            state = say("state_graded" if graded else "state_over" if talk.state().ended else "state_open")
            print(say("row", id=one.id, at=one.at[:16], persona=talk.persona.id, turns=turns, state=state))


@app.command(help=say("personas"))
def personas(
    rubric: Annotated[str | None, typer.Option("--rubric", "-r", help=say("call_rubric"))] = None, lang: Lang = None
) -> None:
    messages.use(lang or messages.current())
    for one in _personas(rubric, load_settings()):
        print(f"{one.id}  {one.name}  {one.happened}")


def _settings(model: str | None, lang: str | None, yes: bool) -> "Settings":
    messages.use(lang or messages.current())
    settings = load_settings(model=model)
    ensure_model(settings, yes)
    return settings


def _personas(rubric: str | None, settings: "Settings") -> "list[Persona]":
    if rubric is None:
        return [load_persona(path) for _, path in sorted(persona_files(settings).items())]
    found = personas_for(rubric, settings)
    if not found:
        raise InputError("practice_no_persona", rubric=rubric)
    return found


def _choose(rubric: str | None, settings: "Settings") -> "Persona":
    known = _personas(rubric, settings)
    for number, one in enumerate(known, start=1):
        print(f"{number:3}  {one.id}  {one.name}: {one.happened}")
    return known[_number(say("choose_persona"), 1, len(known)) - 1]


def _number(question: str, least: int, most: int) -> int:
    """A number that somebody enters; asked again until it fits."""
    while True:
        answer = _read(f"{question} ").strip()
        if answer.isdigit() and least <= int(answer) <= most:
            return int(answer)
        print(say("not_a_number", most=most))


def _read(prompt: str) -> str:
    """A line from the terminal. InputError at its end: what was said is stored."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise InputError("practice_input_ended")
    return line.rstrip("\n")


async def _lead(records: "Records", rubric: "Rubric", call_id: str, settings: "Settings", writer: str | None) -> None:
    """Leads the call until it is graded or left. Whatever ends the program, every turn is stored by then."""
    print(say("commands"))
    talk = load(records, OWNER, call_id)
    for turn in talk.said():
        print(_line(turn.kind, turn.text))
    async with Room(settings, writer) as room:
        preparing = asyncio.create_task(room.prepare(talk.persona))
        if left := waiting(talk):
            await _answer(records, talk, left, room)
        behind: str | None = None
        while True:
            talk = load(records, OWNER, call_id)
            entered = await asyncio.to_thread(_read, f"{say('you', number=_place(talk, behind))}> ")
            name, _, rest = entered.strip().partition(" ")
            if name == "/quit":
                preparing.cancel()
                print(say("kept", id=call_id))
                return
            if name == "/end":
                preparing.cancel()
                return await _finish(records, rubric, talk, settings)
            try:
                if name == "/retry":
                    behind = _retry(talk, rest)
                elif name.startswith("/"):
                    _command(records, rubric, talk, name)
                elif is_paused(talk):
                    print(say("paused"))
                elif entered.strip():
                    await preparing
                    await _turn(records, talk, entered, behind, room)
                    behind = None
            except InputError as error:
                print(error)


async def _turn(records: "Records", talk: "Talk", text: str, behind: str | None, room: "Room") -> None:
    from evaluator.practice.call import say as say_to_customer

    turn = say_to_customer(records, talk, text, behind)
    await _answer(records, talk, turn, room)


async def _answer(records: "Records", talk: "Talk", turn: "CallTurn", room: "Room") -> None:
    print(f"{say('customer')}> ", end="", flush=True)
    async for words in room.answer(records, load(records, OWNER, talk.id), turn):
        print(words.text, end="", flush=True)
    print()
    state = load(records, OWNER, talk.id).state()
    if state.ended:
        print(say(f"ended_{state.ended}"))


def _place(talk: "Talk", behind: str | None) -> int:
    return 1 + sum(turn.kind == "agent" for turn in talk.said(behind))


def _retry(talk: "Talk", rest: str) -> str:
    number = int(rest) if rest.strip().isdigit() else _place(talk, None) - 1
    behind = place_of(talk, number)
    print(say("retry_from", number=number, text=talk.turn(behind).text))
    return behind


def _command(records: "Records", rubric: "Rubric", talk: "Talk", name: str) -> None:
    if name == "/hint":
        print(hint_text(hint(records, talk, rubric)))
    elif name == "/pause":
        if not is_paused(talk):
            note(records, talk, "pause")
        print(say("paused"))
    elif name == "/resume":
        if is_paused(talk):
            note(records, talk, "resume")
        print(say("resumed"))
    elif name == "/mood":
        state = talk.state()
        print(say("mood_line", mood=f"{state.mood:g}", patience=state.patience))
    else:
        print(say("unknown_command", name=name))
        print(say("commands"))


def hint_text(one: "Hint") -> str:
    """A hint in words."""
    text = say(f"event_{one.event}") if one.event else one.topic or one.point
    return say(f"hint_{one.kind}", text=text)


def _line(kind: str, text: str) -> str:
    return f"{say('customer') if kind == 'customer' else '  '}> {text}"


async def _finish(records: "Records", rubric: "Rubric", talk: "Talk", settings: "Settings") -> None:
    """Self-assessment, then the grading by the normal path, then both beside each other."""
    if not any(turn.kind == "agent" for turn in talk.said()):
        raise InputError("practice_nothing_said")
    given = hints_of(talk)
    if given:
        print(say("hints_used", count=len(given), text=" ".join(hint_text(one) for one in given)))
    print(say("own_intro"))
    own = {item.id: await asyncio.to_thread(_own, item) for item in rubric.criteria}
    transcript = talk.transcript()
    attempt = await hand_in(records, rubric, transcript, own, owner=OWNER, settings=settings)
    note(records, talk, "attempt", {"attempt": attempt.id})
    entry = next(one for one in practised(records, OWNER, rubric.id) if one.attempt.id == attempt.id)
    assert entry.scorecard is not None and entry.comparison is not None  # it was graded just now
    print_scorecard(entry.scorecard, transcript)
    for gap in entry.comparison.gaps:
        print(f"{gap.name}: {' '.join(explain(gap))}")


def _own(item: "Criterion") -> "OwnPoint":
    """What the trainee gives themself for one criterion."""
    print(f"\n{item.name} {item.description}".rstrip())
    if item.kind == "fatal":
        steps, words, question = (
            [0.0, 1.0],
            [messages.say("ui.fatal_not"), messages.say("ui.fatal_happened")],
            "own_fatal",
        )
    elif item.kind == "checklist":
        for number, check in enumerate(item.checks, start=1):
            print(f"  {number}  {check.question}")
        chosen = _several(say("own_checks"), len(item.checks))
        return OwnPoint(points=item.points * len(chosen) / len(item.checks), comment=_read(f"{say('own_why')} "))
    else:
        steps, words = [level.points for level in item.levels], [level.description for level in item.levels]
        question = "own_level"
    for number, (points, text) in enumerate(zip(steps, words, strict=True), start=1):
        print(f"  {number}  {text}" + ("" if item.kind == "fatal" else f" ({points:g})"))
    points = steps[_number(say(question), 1, len(steps)) - 1]
    return OwnPoint(points=points, comment=_read(f"{say('own_why')} "))


def _several(question: str, most: int) -> set[int]:
    while True:
        parts = _read(f"{question} ").replace("，", ",").replace(" ", ",").split(",")
        numbers = [int(part) for part in parts if part.strip().isdigit()]
        if numbers and all(0 <= number <= most for number in numbers):
            return set(numbers) - {0}
        print(say("not_a_number", most=most))
