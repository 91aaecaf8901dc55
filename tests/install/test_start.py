"""`start.py` installs what the lock pins, whatever the package index offers that day.

The tests build a small package index in a folder. It holds the pinned releases and newer ones, and its packages depend
on each other with extras and open ranges, as `google-genai` depends on `google-auth[requests]`.
"""

from __future__ import annotations

import ensurepip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = {"app": "1.0", "auth": "1.2", "http-client": "2.0", "unrelated": "3.1"}
REQUIRES = {"app": ["auth[requests]>=1.0,<3"], "auth": ['http-client>=1.5; extra == "requests"']}
PIPS = {"bundled": None, "oldest": "pips.txt", "newest": "pips_newest.txt"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """`start.py` running in its own checkout, with an index in a folder as the user's pip configuration."""
    spec = importlib.util.spec_from_file_location("start_under_test", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    checkout = tmp_path / "checkout"
    (checkout / "requirements").mkdir(parents=True)
    (checkout / "pyproject.toml").write_text("")
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setattr(module, "HERE", checkout)
    monkeypatch.setattr(module, "VENV", checkout / ".venv")
    monkeypatch.setattr(module, "run_quietly", lambda *_: None)  # the checkout itself is not a package here
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    for name, version in PINNED.items():
        wheel(index, name, version)
    return module


def wheel(index: Path, name: str, version: str) -> Path:
    """A wheel with one empty module, in the index."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {line}\n" for line in REQUIRES.get(name, []))
    extras = "Provides-Extra: requests\n" if name == "auth" else ""
    files = {
        f"{module}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{extras}{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    path = index / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def write_lock(start, lock: str, pinned: dict[str, str]) -> Path:
    """A lock that pins these releases with the hashes of their wheels."""
    index, path = Path(os.environ["PIP_FIND_LINKS"]), start.HERE / "requirements" / f"{lock}.txt"
    lines = []
    for name, version in pinned.items():
        data = (index / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").read_bytes()
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(data).hexdigest()}\n")
    path.write_text("".join(lines))
    return path


def offer_newer(index: Path) -> None:
    """Everything is released again."""
    for name in PINNED:
        wheel(index, name, "2.63")


def installed(python: Path) -> dict[str, str]:
    """What an environment holds, without pip and what comes with it."""
    script = "import importlib.metadata as m; print({d.name: d.version for d in m.distributions()})"
    printed = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=True).stdout
    found = eval(printed)
    return {name: version for name, version in found.items() if name not in ("pip", "setuptools")}


def environment_with(pip: str, folder: Path) -> Path:
    """An environment whose pip is the one that this Python ships, the oldest of any supported Python, or a new one."""
    venv.create(folder, with_pip=False)
    wheels = folder.parent / f"{folder.name}-pip"
    if PIPS[pip] is None:
        bundled = Path(ensurepip.__file__).parent / "_bundled"
        found = next(bundled.glob("pip-*.whl"), None)
    else:
        requirements = Path(__file__).with_name(PIPS[pip])
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        asked = [*command, "--dest", str(wheels), "-r", str(requirements)]
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        done = subprocess.run(asked, capture_output=True, text=True, check=False, env={**environment, **USERS})
        found = next(wheels.glob("pip-*.whl"), None) if done.returncode == 0 else None
    if found is None:
        pytest.skip(f"the {pip} pip cannot be had here: no package index, or a Python without ensurepip")
    site = next((folder / "lib").glob("python*/site-packages")) if os.name != "nt" else folder / "Lib/site-packages"
    zipfile.ZipFile(found).extractall(site)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


OWN = ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CONFIG_FILE")
USERS = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}


@pytest.mark.parametrize("pip", PIPS)
def test_newer_releases_change_nothing(start, tmp_path, pip):
    """With newer releases in the index exactly the pinned set is installed, and pip finds it consistent."""
    if pip == "oldest" and sys.version_info >= (3, 12):
        pytest.skip(
            "the oldest pip that a supported Python ships does not run here: Python 3.12 removed what it imports"
        )
    lock = write_lock(start, "run", PINNED)
    offer_newer(tmp_path / "index")
    python = environment_with(pip, tmp_path / "environment")
    (start.VENV).mkdir()
    start.install(python, lock)
    assert installed(python) == PINNED
    checked = subprocess.run([str(python), "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_lock_is_never_resolved(start, tmp_path):
    """A lock that lacks a dependency is installed as it is: `pip check` finds the gap, not the user."""
    lock = write_lock(start, "run", {"app": "1.0"})
    python = environment_with("bundled", tmp_path / "environment")
    start.VENV.mkdir()
    start.install(python, lock)
    assert installed(python) == {"app": "1.0"}
    assert subprocess.run([str(python), "-m", "pip", "check"], capture_output=True, check=False).returncode == 1


def test_a_changed_lock_upgrades_in_place(start, tmp_path):
    """The new lock's pins replace the old ones, dropped pins are removed, the user's own packages stay."""
    write_lock(start, "run", PINNED)
    python = Path(start.set_up("run"))
    offer_newer(tmp_path / "index")
    wheel(tmp_path / "index", "own", "1.0")
    subprocess.run([str(python), "-m", "pip", "install", "-q", "own"], check=True)
    assert start.set_up("run") == str(python)
    write_lock(start, "run", {"app": "2.63", "auth": "2.63", "http-client": "2.63"})
    start.set_up("run")
    assert installed(python) == {"app": "2.63", "auth": "2.63", "http-client": "2.63", "own": "1.0"}


def test_an_interrupted_set_up_continues(start, monkeypatch):
    """An interrupted set-up is finished by the next run; a finished one is not touched again."""
    write_lock(start, "run", PINNED)
    whole = start.install
    monkeypatch.setattr(start, "install", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        start.set_up("run")
    monkeypatch.setattr(start, "install", whole)
    python = Path(start.set_up("run"))
    assert installed(python) == PINNED
    monkeypatch.setattr(start, "install", lambda *_: pytest.fail("a finished set-up is installed again"))
    assert start.set_up("run") == str(python)


def test_an_interrupted_upgrade_still_takes_the_old_pins_away(start, tmp_path, monkeypatch):
    """What the new lock drops is removed, even if the run that began the upgrade never finished."""
    write_lock(start, "run", PINNED)
    python = Path(start.set_up("run"))
    write_lock(start, "run", {"app": "1.0", "auth": "1.2", "http-client": "2.0"})
    whole = start.install
    monkeypatch.setattr(start, "install", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        start.set_up("run")
    monkeypatch.setattr(start, "install", whole)
    start.set_up("run")
    assert "unrelated" not in installed(python)


@pytest.mark.parametrize("damage", ["no interpreter", "no pip", "damaged stamp"])
def test_a_half_made_environment_heals(start, damage):
    """An environment without interpreter or pip, or with an unreadable stamp, works after the next run."""
    write_lock(start, "run", PINNED)
    python = Path(start.set_up("run"))
    if damage == "no interpreter":
        python.unlink()
    elif damage == "no pip":
        shutil.rmtree(next(start.VENV.rglob("site-packages/pip")))
        (start.VENV / ".installed.json").unlink()
    else:
        (start.VENV / ".installed.json").write_text("{")
    assert installed(Path(start.set_up("run"))) == PINNED


def test_the_larger_lock_serves_the_smaller(start):
    """After the tests were set up, running needs nothing; after running, the tests install the rest."""
    write_lock(start, "run", {"app": "1.0", "auth": "1.2", "http-client": "2.0"})
    write_lock(start, "test", PINNED)
    python = Path(start.set_up("run"))
    assert "unrelated" not in installed(python)
    start.set_up("test")
    assert installed(python) == PINNED
    start.set_up("run")
    assert installed(python) == PINNED


def test_without_a_network_one_sentence_says_what_is_needed(start, monkeypatch, capsys):
    """An index that cannot be reached ends in one sentence, and pip's own output is kept in a file."""
    write_lock(start, "run", PINNED)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setattr(sys, "argv", ["start.py", "grade"])
    assert start.main() == 1
    said = capsys.readouterr().err.strip()
    assert "cannot be reached" in said and "mirror" in said and len(said.splitlines()) == 1
    assert "app" in (start.VENV / "setup.log").read_text()


def test_a_wrong_hash_installs_nothing(start, tmp_path):
    """A wheel that is not the pinned one is refused, and the sentence names the log."""
    lock = write_lock(start, "run", PINNED)
    lock.write_text(lock.read_text().replace("sha256:", "sha256:0", 1)[:-1] + "0\n")
    lock.write_text(lock.read_text().replace("sha256:00", "sha256:0"))
    python = environment_with("bundled", tmp_path / "environment")
    start.VENV.mkdir()
    with pytest.raises(start.SetUpError, match="Details"):
        start.install(python, lock)


@pytest.mark.parametrize(
    ("arguments", "lock"),
    [
        (["grade"], "run"),
        (["run", "--lang", "zh", "rubrics", "list"], "run"),
        (["run", "grade", "-r", "x", "y.txt", "--profile", "p"], "full"),
        (["run", "ui"], "full"),
        (["run", "calibrate", "run"], "full"),
        (["test", "-k", "x"], "test"),
    ],
)
def test_each_command_installs_only_what_it_needs(start, arguments, lock):
    """Grading needs neither the page nor statistics."""
    assert start.lock_for(arguments[0], arguments[1:]) == lock


def test_uv_is_left_out_where_pip_is_configured(start, monkeypatch, tmp_path):
    """uv does not read pip's configuration, so a mirror in it means pip."""
    fake = tmp_path / "bin" / "uv"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    assert start.usable_uv(Path(sys.executable)) is None
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert start.usable_uv(Path(sys.executable)) == str(fake)


def test_an_index_behind_a_pip_configuration_file_works(start, tmp_path, monkeypatch):
    """A mirror that only pip's configuration file names is the one that is used."""
    write_lock(start, "run", PINNED)
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nno-index = true\nfind-links = {os.environ['PIP_FIND_LINKS']}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert installed(Path(start.set_up("run"))) == PINNED


def test_a_stamp_says_what_was_installed(start):
    """The stamp names the lock and its pins, so that an upgrade knows what to take away."""
    write_lock(start, "run", PINNED)
    start.set_up("run")
    assert json.loads((start.VENV / ".installed.json").read_text())["pins"] == sorted(PINNED)
