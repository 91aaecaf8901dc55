"""Options, one or several per line, in columns or run together, and the steps of ordering questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evaluator.bank.items import ItemOption
from evaluator.bank.papers.line_patterns.folding import CIRCLED, LETTERS, fold, remembered

_BOTH = f"[{LETTERS}{LETTERS.lower()}]"
_BOX = r"[○●〇◯□■☐☑☒◻◼▢*•⚪⚫◉◎]"
_OPTION = re.compile(
    rf"^\s*(?:[-–•·]\s*|{_BOX}\s*)?(?:\(({_BOTH})\)|\[({_BOTH})\]|(?:选项\s*)?({_BOTH})\s*[.、:)]|([{LETTERS}])\s+(?=[一-鿿\d]))\s*"
)
_LABEL = re.compile(
    rf"\(({_BOTH})\)\s*|\[({_BOTH})\]\s*|(?:选项\s*)?({_BOTH})\s*[.、:)]\s*|([{LETTERS}])[\s\t]+(?=[一-鿿\d])"
)
_APART, _GLUED, _TIGHT = range(3)
_CHECKED = re.compile(r"^\s*(?:[☑☒■●◉⚫]|\[[xX√*]\]\s*)")
_RIGHT_MARK = re.compile(
    r"\s*(?:\(\s*(?:正确答案|正确选项|正确|答案|correct(?: answer)?)\s*\)|[√]|(?<=\s)\*)\s*$", re.I
)


@dataclass(frozen=True, slots=True)
class FoundOption:
    """An option on a line: its label, its text as written, its position, and whether it is marked as right."""

    label: str
    text: str
    start: int
    end: int
    right: bool = False

    @property
    def option(self) -> ItemOption:
        return ItemOption(label=self.label, text=self.text)


def find_options(text: str, after: str = "") -> list[FoundOption]:
    """The options on a line that starts with one; the first must follow the label `after` (empty: it must be A).

    Side-by-side columns (`A. …    C. …` above `B. …    D. …`) yield the labels in their order on the line.
    """
    folded = fold(text)
    match = _OPTION.match(folded)
    label = _read(match) if match else None
    if match is not None and label is not None and _may_follow(after, label):
        return _split(text, folded, match, label)
    return _bare_options(text, folded, after)


_SPACED = re.compile(rf"^\s*([{LETTERS}])\s+(?=\w)")
_BARE = re.compile(rf"(?:^\s*|(?<=\s))([{LETTERS}])(?=[一-鿿《“])")


def _bare_options(text: str, folded: str, after: str) -> list[FoundOption]:
    """`A理论联系实际  B密切联系群众`: letters without a separator count only as a row."""
    chain: list[re.Match[str]] = []
    for match in _BARE.finditer(folded):
        if match[1] == _next(chain[-1][1] if chain else after):
            chain.append(match)
        elif not chain:
            return []
    return _cut(text, chain) if len(chain) > 1 else []


def bare_label(text: str) -> str | None:
    """The letter that a line begins with right before its words (`A理论联系实际`, `A Blob storage`)."""
    match = _BARE.match(fold(text[:12])) or _SPACED.match(fold(text[:12]))
    return match[1] if match else None


@remembered
def find_options_behind(text: str) -> tuple[str, list[FoundOption]]:
    """A question with options on the same line: the question, and the options (at least A and B, otherwise none)."""
    folded = fold(text)
    for rule in (_APART, _GLUED, _TIGHT):
        best = _best_chain(folded, rule)
        if len(best) > 1 and _trusted(best, rule):
            return text[: best[0].start()].strip(), _cut(text, best)
    return text, []


def _trusted(chain: list[re.Match[str]], rule: int) -> bool:
    """Whether labels form a row long enough to count although no space precedes them."""
    return len(chain) >= (2 if rule == _APART else 3)


def _best_chain(folded: str, rule: int) -> list[re.Match[str]]:
    """The longest row of labels A, B, C, … on the line; the last A that starts such a row."""
    chains: list[list[re.Match[str]]] = []
    for match in _LABEL.finditer(folded):
        if not _stands(folded, match, rule):
            continue
        label = _read(match)
        if label == "A":
            chains.append([match])
            chains = chains[-4:]
        for chain in chains:
            if label == _next(_read(chain[-1])):
                chain.append(match)
    return max(chains, key=len, default=[])


def _stands(folded: str, match: re.Match[str], rule: int) -> bool:
    """Whether a label may start an option there: after a space or punctuation, after any Chinese, or anywhere."""
    before = folded[match.start() - 1 : match.start()]
    if not before or before.isspace() or before in ";。,)?:":
        return True
    if match[1] or match[2]:
        return rule >= _GLUED
    lower = (match[3] or match[4] or "").islower()
    if rule == _APART or lower:
        return False
    if folded[match.end() - 1 : match.end() + 1].startswith((":\\", ":/")) or before in "\"'=/\\<":
        return False
    return rule == _TIGHT or not (before.isascii() and before.isalnum())


def _split(text: str, folded: str, first: re.Match[str], label: str) -> list[FoundOption]:
    """The options on a line that starts with the option `label`."""
    lower = next(group for group in first.groups() if group).islower()
    for rule in (_APART, _GLUED, _TIGHT):
        chain: list[re.Match[str]] = [first]
        last, step = label, 0
        for match in _LABEL.finditer(folded, first.end()):
            found = _read(match)
            if _given(match).islower() != lower or not _stands(folded, match, rule):
                continue
            wide = rule == _APART and folded.endswith(("  ", "\t"), 0, match.start())
            apart = ord(found) - ord(last)
            if apart == (step or 1) or (wide and not step and 2 <= apart <= 4):
                chain.append(match)
                last, step = found, apart
        if len(chain) > 1 and (rule == _APART or len(chain) >= 3 or (label != "A" and rule == _GLUED)):
            return _cut(text, chain)
    return _cut(text, [first])


def _cut(text: str, chain: list[re.Match[str]]) -> list[FoundOption]:
    ends = [match.start() for match in chain[1:]] + [len(text)]
    return [_found(text, _read(match), match.start(), match.end(), end) for match, end in zip(chain, ends, strict=True)]


def _found(text: str, label: str, begin: int, start: int, end: int) -> FoundOption:
    given = text[start:end]
    mark = _RIGHT_MARK.search(fold(given))
    checked = bool(_CHECKED.match(text[begin:start])) or bool(_CHECKED.match(given))
    shown = given[: mark.start()] if mark and mark.start() else given
    right = checked or bool(mark and mark.start())
    return FoundOption(label, shown.strip().rstrip(";；").strip(), start, end, right)


def _read(match: re.Match[str]) -> str:
    return _given(match).upper()


def _given(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def _may_follow(after: str, label: str) -> bool:
    """Whether a label may follow: the next one, or B below `A … C` in two columns."""
    return label == _next(after)


_BOXED = re.compile(rf"^\s*(?:[-*+]\s*)?(?:{_BOX}|\[[ xX√*]?\])\s*(?=\S)")


def read_boxed_option(text: str) -> tuple[str, bool] | None:
    """An option without a letter, and whether it is marked as right: `- [x] Greet`, `○您好`, `□喂(正确答案)`."""
    match = _BOXED.match(text)
    if not match or (match[0].strip() in ("*", "•") and not _RIGHT_MARK.search(fold(text))):
        return None
    found = _found(text, "", match.start(), match.end(), len(text))
    return found.text, found.right or bool(re.search(r"\[[xX√*]\]|[☑☒■●◉⚫]", match[0]))


def read_options(text: str, after: str = "") -> list[ItemOption]:
    """The options on a line, in sequence; the first must follow the label `after` (empty: it must be A)."""
    return [found.option for found in find_options(text, after)]


def find_inline_options(text: str) -> tuple[str, list[ItemOption]]:
    """A question with options on the same line: the question, and the options (at least A and B, otherwise none)."""
    before, found = find_options_behind(text)
    return before, [option.option for option in found]


@remembered
def option_label(text: str) -> str | None:
    """The label at the start of the line, whatever its place in the sequence; None if there is none."""
    match = _OPTION.match(fold(text[:200]))
    if match:
        return _read(match)
    bare = _BARE.match(fold(text[:200]))
    return bare[1] if bare and len(_BARE.findall(fold(text[:200]))) > 1 else None


def _next(label: str) -> str:
    return chr(ord(label) + 1) if label else "A"


def labels_on(text: str) -> Iterator[str]:
    """Labels of the options on a line that starts with one."""
    folded = fold(text)
    match = _OPTION.match(folded)
    if match:
        yield from (found.label for found in _split(text, folded, match, _read(match)))


def read_step(text: str) -> tuple[int, str] | None:
    """The number and text of a step `① text`."""
    stripped = text.strip()
    if stripped and stripped[0] in CIRCLED:
        return CIRCLED.index(stripped[0]) + 1, stripped[1:].lstrip(" .、．:：")
    return None


def is_sequence(text: str) -> bool:
    """Whether the text consists only of numbers or circled numbers joined by arrows or dashes."""
    return bool(
        re.fullmatch(
            rf"\s*(?:[{CIRCLED}]|\d)(?:\s*(?:→|->|=>|>|-|—+>?|–)\s*(?:[{CIRCLED}]|\d))+\s*[.。;]?\s*",
            fold(text),
        )
    )
