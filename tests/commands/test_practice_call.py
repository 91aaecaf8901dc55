"""`evaluator practice` as somebody at a terminal meets it."""

from __future__ import annotations

LEVELS = "\n".join(["3", "", "4", "", "2", "", "1", "", "2", ""])


def test_a_call_from_the_first_words_to_the_grading(run):
    """Chat, a hint, a second try, self-assessment, both views; the input's end loses nothing."""
    typed = (
        "您好，我这就查。\n/hint\n/pause\n喂？\n/resume\n/retry 1\n我今晚就给您关掉，退您一百八十八块。\n/mood\n/oops\n"
    )
    first = run("practice", "call", "telecom-bill.impatient", "--lang", "zh", stdin=typed.encode())
    assert first.returncode == 2 and "已保存" in first.stderr, first.stderr
    assert (
        "已暂停" in first.stdout
        and "从第 1 轮重来" in first.stdout
        and "心情" in first.stdout
        and "/oops" in first.stdout
    )
    listed = run("practice", "list", "--lang", "zh")
    assert "telecom-bill.impatient" in listed.stdout and "没打完" in listed.stdout
    done = run("practice", "resume", "--lang", "zh", stdin=f"/end\n{LEVELS}\n".encode())
    assert done.returncode == 0, done.stderr
    assert "我今晚就给您关掉" in done.stdout and "退订与退费" in done.stdout
    assert "已评分" in run("practice", "list", "--lang", "zh").stdout


def test_what_cannot_be_is_said_in_one_sentence(run):
    """An unknown persona, a scenario without one, and a call that does not exist."""
    for arguments in (("call", "nobody.here"), ("call", "-r", "training-plan"), ("resume", "zzz")):
        result = run("practice", *arguments)
        assert result.returncode == 2 and len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert "airline-rebooking-en.hurt" in run("practice", "personas", "-r", "airline-rebooking-en").stdout
