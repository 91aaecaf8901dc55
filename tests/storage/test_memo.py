"""The journal of answers: nothing is asked twice, by no task and no process."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from evaluator.errors import StorageError
from evaluator.storage import AskMemo, memo_key


async def test_an_answer_is_there_again(tmp_path):
    """A stored value comes back, even after closing; an unknown one is None."""
    memo = AskMemo(tmp_path / "deep" / "memo.db")
    await memo.put("k", {"概率": [0.25, 0.75], "none": None})
    assert await memo.get("k") == {"概率": [0.25, 0.75], "none": None}
    assert await memo.get("other") is None
    await memo.put("k", 2)
    memo.close()
    again = AskMemo(tmp_path / "deep" / "memo.db")
    assert await again.get("k") == 2 and len(again) == 1
    again.close()


async def test_many_tasks_may_use_it_at_once(tmp_path):
    """A hundred tasks put and get without losing one."""
    memo = AskMemo(tmp_path / "memo.db")
    await asyncio.gather(*(memo.put(f"k{n}", n) for n in range(100)))
    assert await asyncio.gather(*(memo.get(f"k{n}") for n in range(100))) == list(range(100))
    memo.close()


def test_several_processes_may_write_at_once(tmp_path):
    """Three processes write to one file, and every answer is kept."""
    program = (
        "import asyncio, sys\nfrom evaluator.storage.memo import AskMemo\n"
        "async def main():\n memo = AskMemo(sys.argv[1])\n"
        " for n in range(50): await memo.put(f'{sys.argv[2]}-{n}', n)\n"
        "asyncio.run(main())"
    )
    path = tmp_path / "memo.db"
    running = [subprocess.Popen([sys.executable, "-c", program, str(path), str(n)]) for n in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    memo = AskMemo(path)
    assert len(memo) == 150
    memo.close()


def test_keys_depend_on_content_alone():
    """The order of a mapping does not matter, its values do."""
    assert memo_key("m", {"a": 1, "b": 2}) == memo_key("m", {"b": 2, "a": 1})
    assert memo_key("m", {"a": 1}) != memo_key("m", {"a": 2})
    assert memo_key("ab", "c") != memo_key("a", "bc")


def test_a_file_that_is_no_memo_is_told(tmp_path):
    """A foreign file in its place, or an impossible folder, results in one sentence."""
    (tmp_path / "memo.db").write_bytes(b"not a database at all, a letter" * 50)
    with pytest.raises(StorageError):
        AskMemo(tmp_path / "memo.db")
    with pytest.raises(StorageError):
        AskMemo(tmp_path / "memo.db" / "deeper" / "memo.db")
