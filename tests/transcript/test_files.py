"""Files and bytes become text, or one clear error."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.transcript import SIZE_LIMIT_BYTES, decode, load, load_stream, read_file

TEXT = "客服：您好，请问有什么可以帮您？\r\n客户：我的快递坏了。"


@pytest.mark.parametrize(
    ("encoding", "assumed"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
    ],
)
def test_encodings(encoding: str, assumed: str | None) -> None:
    """Chinese text is read from every usual encoding; one that had to be guessed is among the assumptions."""
    text, about = decode(TEXT.encode(encoding))
    assert text == TEXT
    assert [item.values["encoding"] for item in about] == ([assumed] if assumed else [])


def test_gb18030_with_its_mark() -> None:
    """GB18030 with a byte order mark needs no assumption."""
    assert decode(b"\x84\x31\x95\x33" + TEXT.encode("gb18030")) == (TEXT, ())


def test_traditional_text_in_gb18030() -> None:
    """Traditional characters in GB18030 are everyday Chinese too."""
    assert decode("客服專員：請問訂單號是多少？".encode("gb18030"))[0] == "客服專員：請問訂單號是多少？"


def test_one_damaged_byte_is_repaired_and_said() -> None:
    """A file cut inside a character is still UTF-8; the place is counted."""
    text, about = decode((TEXT * 3).encode()[:-1])
    assert text.startswith(TEXT) and [item.code for item in about] == ["bytes_replaced"]


@pytest.mark.parametrize("data", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_no_text_decodes_to_nothing(data: bytes) -> None:
    """Empty input is not a decoding error."""
    assert decode(data)[0].strip() == ""


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04rest",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        bytes(range(256)) * 4,
        b"\x00\x01\x02\x03",
        b"ID3\x03audio",
        b"\x07\xc1\xff" + b"\0" * 99,
    ],
)
def test_binary_is_refused(data: bytes) -> None:
    """Documents, pictures, sound and noise are refused with a sentence, not decoded into rubbish."""
    with pytest.raises(InputError) as caught:
        decode(data, "call.bin")
    assert caught.value.code in ("transcript_binary", "transcript_undecodable", "transcript_is_sound")
    assert "call.bin" in caught.value.text("zh")


def test_unknown_encoding_is_refused() -> None:
    """Bytes that are only valid by accident are not passed off as Chinese."""
    with pytest.raises(InputError) as caught:
        decode("客服專員：請問您的訂單號碼是多少呢".encode("big5"))
    assert caught.value.code == "transcript_undecodable"


@settings(deadline=None)
@given(st.text())
def test_utf8_round_trip(text: str) -> None:
    """Any printable text comes back from UTF-8 unchanged, except for a mark at its beginning."""
    cleaned = "".join(char for char in text if char.isprintable() or char in "\n\t").removeprefix("\ufeff")
    if not cleaned.startswith(("{\\rtf", "%PDF", "GIF8", "RIFF", "ID3", "OggS")):
        assert decode(cleaned.encode())[0] == cleaned


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_one_error(data: bytes) -> None:
    """Whatever the bytes, there is text or an InputError."""
    try:
        assert isinstance(decode(data)[0], str)
    except InputError as error:
        assert error.text("en")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, folder, empty and too large: each has its own sentence with the path."""
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_text(" \n")
    (tmp_path / "large.txt").write_bytes(b"a" * (SIZE_LIMIT_BYTES + 1))
    cases = {
        "none.txt": "file_missing",
        ".": "transcript_is_folder",
        "empty.txt": "transcript_empty",
        "blank.txt": "transcript_empty",
        "large.txt": "transcript_too_large",
        "empty.txt/x": "file_missing",
        "x" * 5000: "file_missing",
        "a\0b": "file_missing",
    }
    for name, code in cases.items():
        with pytest.raises(InputError) as caught:
            read_file(tmp_path / name)
        assert caught.value.code == code
        assert caught.value.text("zh") and caught.value.text("en")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreadable file is reported as such."""
    path = tmp_path / "closed.txt"
    path.write_text("x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "open", refuse)  # root may read anything, so a mode alone would not show it
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert caught.value.code == "transcript_no_permission"


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    """A pipe without a writer would wait for ever, and a device never ends."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    for name in ("pipe.txt", "zero.txt"):
        with pytest.raises(InputError) as caught:
            load(tmp_path / name)
        assert caught.value.code == "file_not_regular"


def test_load_keeps_the_assumption_about_the_encoding(tmp_path: Path) -> None:
    """How the bytes were read is part of the transcript."""
    path = tmp_path / "call.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    transcript = load(path)
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"]
    assert [item.code for item in transcript.assumptions] == ["encoding"]


def test_a_stream_is_read_as_a_file_is():
    """Encoding, emptiness and size are checked in the same way; no more than the limit is read into memory."""
    assert load_stream(io.BytesIO("客服：您好".encode("gb18030"))).turns[0].text == "您好"
    with pytest.raises(InputError) as refused:
        load_stream(io.BytesIO(b"  \n"))
    assert refused.value.code == "transcript_empty"
    endless = io.BytesIO(b"a" * (SIZE_LIMIT_BYTES + 1000))
    with pytest.raises(InputError) as refused:
        load_stream(endless)
    assert refused.value.code == "transcript_too_large" and endless.tell() == SIZE_LIMIT_BYTES + 1
