"""What the commands of interviews and of papers share: the paper that is asked, and documents written or printed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from evaluator import messages
from evaluator.errors import InputError
from evaluator.exams import from_bank, load_questions
from evaluator.files import not_written
from evaluator.reports import Bullets, DocumentFormat, Paragraph, Table, Title, shown, write_blocks
from evaluator.settings import load_settings

if TYPE_CHECKING:
    from evaluator.bank.store import Bank
    from evaluator.exams import ExamPaper
    from evaluator.reports import Block


def paper_from(paper: str | None, questions: Path | None, bank: str | None, **wanted: Any) -> "ExamPaper":
    """The paper that `--paper` or `--questions` names; InputError where neither or both are given."""
    if (paper is None) == (questions is None):
        raise InputError("exam_paper_or_questions")
    if questions is not None:
        return load_questions(questions)
    return bank_paper(str(paper), bank, **{"only_open": True, **wanted})


def bank_paper(name: str, bank: str | None, **wanted: Any) -> "ExamPaper":
    """A paper of the bank, by title or file."""
    with with_bank(bank) as opened:
        return from_bank(opened, name, **wanted)


@contextmanager
def with_bank(where: str | None) -> "Iterator[Bank]":
    """The bank of the settings, or the one that was named."""
    from evaluator.bank.store import open_bank

    settings = load_settings()
    place = where or settings.bank_url.removeprefix("sqlite:///")
    opened = open_bank(place, lock_dir=settings.data_dir if "://" in place else None)
    try:
        yield opened
    finally:
        opened.close()


def write_document(out: Path, blocks: "Sequence[Block]") -> None:
    """Writes a document in the format of the file's ending; InputError where there is no such format."""
    form = out.suffix.lower().removeprefix(".")
    if form not in get_args(DocumentFormat):
        raise InputError(
            "document_format", suffix=out.suffix, known=", ".join(f".{one}" for one in get_args(DocumentFormat))
        )
    write_bytes(out, write_blocks(blocks, form))  # type: ignore[arg-type]
    print(messages.say("cli.written", path=out))


def write_text(out: Path, text: str) -> None:
    """Writes a text file."""
    write_bytes(out, text.encode())


def write_bytes(out: Path, data: bytes) -> None:
    """Writes a file; StorageError where that cannot be."""
    try:
        out.write_bytes(data)
    except OSError as error:
        raise not_written(out, error, "file_not_written") from None


def print_blocks(blocks: "Sequence[Block]") -> None:
    """A document on the terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for block in blocks:
        if isinstance(block, Title):
            console.print(Text(f"\n{block.text}", style="bold"))
        elif isinstance(block, Paragraph):
            console.print(Text(block.text))
        elif isinstance(block, Bullets):
            for item in block.items:
                console.print(Text(f"• {item}", style="dim"))
        elif isinstance(block, Table):
            print_table(block.head, [tuple(map(shown, row)) for row in block.rows])


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on the terminal."""
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    table = Drawn(box=None, padding=(0, 1))
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row))
    Console().print(table)
