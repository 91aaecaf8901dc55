"""The functions of ik_llama.cpp used here, as a Python object over one loaded model.

The package binds a part of the library and describes its structures, whose layout changes between versions; the other
functions are bound here by name. Strings that it returns are UTF-8 bytes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from evaluator.errors import ModelError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.engines.engine import Setup

ALL_LAYERS = 999

_pointer, _int = ctypes.c_void_p, ctypes.c_int32
_log_callback = ctypes.CFUNCTYPE(None, _int, ctypes.c_char_p, _pointer)
_silence = _log_callback(lambda *_: None)  # kept: the library calls it as long as it lives


class _Message(ctypes.Structure):
    _fields_ = (("role", ctypes.c_char_p), ("content", ctypes.c_char_p))


_OTHERS = {
    "llama_log_set": ([_log_callback, _pointer], None),
    "llama_kv_cache_seq_rm": ([_pointer, _int, _int, _int], ctypes.c_bool),
    "llama_state_seq_get_size": ([_pointer, _int, ctypes.c_uint32], ctypes.c_size_t),
    "llama_state_seq_get_data": ([_pointer, _pointer, ctypes.c_size_t, _int, ctypes.c_uint32], ctypes.c_size_t),
    "llama_state_seq_set_data": ([_pointer, _pointer, ctypes.c_size_t, _int, ctypes.c_uint32], ctypes.c_size_t),
    "llama_model_chat_template": ([_pointer, ctypes.c_char_p], ctypes.c_char_p),
    "llama_chat_apply_template": (
        [ctypes.c_char_p, ctypes.POINTER(_Message), ctypes.c_size_t, ctypes.c_bool, ctypes.c_char_p, _int],
        _int,
    ),
    "llama_vocab_get_add_bos": ([_pointer], ctypes.c_bool),
    "llama_vocab_bos": ([_pointer], _int),
    "llama_supports_gpu_offload": ([], ctypes.c_bool),
    "llama_sampler_init_grammar": ([_pointer, ctypes.c_char_p, ctypes.c_char_p], _pointer),
    "llama_grammar_sample": ([_pointer, _pointer, _pointer], None),
    "llama_grammar_accept_token": ([_pointer, _pointer, _int], None),
    "llama_grammar_free": ([_pointer], None),
}


class Library:
    """One model and one context. Positions count from the first token of its only sequence."""

    def __init__(self, setup: Setup, batch: int) -> None:
        try:
            from ik_llama_cpp import _ctypes_api as api

            for name, (takes, gives) in _OTHERS.items():
                function = getattr(api._lib, name)
                function.argtypes, function.restype = takes, gives
                setattr(self, name.removeprefix("llama_"), function)
        except (ImportError, OSError, AttributeError) as error:  # no library for this system, or a different version
            raise ModelError("model_unloadable", path=setup.path, detail=f"ik_llama.cpp: {error}") from None
        self.api = api
        self.log_set(_silence, None)  # type: ignore[attr-defined]
        api.llama_backend_init()
        self._model = self._load(setup)
        self._context = self._begin(setup, batch)
        self.vocab = api.llama_model_get_vocab(self._model)
        self._words = api.llama_vocab_n_tokens(self.vocab)
        self._batch = api.llama_batch_init(batch, 0, 1)

    def _load(self, setup: Setup) -> Any:
        wanted = self.api.llama_model_default_params()
        can_offload = self.supports_gpu_offload()  # type: ignore[attr-defined]
        wanted.n_gpu_layers = (ALL_LAYERS if setup.gpu_layers is None else setup.gpu_layers) if can_offload else 0
        wanted.repack_tensors = wanted.n_gpu_layers == 0
        model = self.api.llama_model_load_from_file(str(setup.path).encode(), wanted)
        if not model:
            raise ModelError("model_unloadable", path=setup.path, detail="ik_llama.cpp")
        return model

    def _begin(self, setup: Setup, batch: int) -> Any:
        wanted = self.api.llama_context_default_params()
        wanted.n_ctx = setup.context_tokens
        wanted.n_batch = wanted.n_ubatch = batch
        wanted.n_seq_max = 1
        wanted.n_threads = wanted.n_threads_batch = setup.threads
        wanted.flash_attn = False  # its kernels crash the process for some processors and lengths
        context = self.api.llama_init_from_model(self._model, wanted)
        if not context:
            self.api.llama_free_model(self._model)
            raise ModelError("model_unloadable", path=setup.path, detail="ik_llama.cpp: no memory for the context")
        return context

    def close(self) -> None:
        """Frees everything."""
        self.api.llama_batch_free(self._batch)
        self.api.llama_free(self._context)
        self.api.llama_free_model(self._model)

    @cached_property
    def _template(self) -> bytes | None:
        return self.model_chat_template(self._model, None)  # type: ignore[attr-defined]

    def frame(self, system: str, user: str) -> str:
        """A system and a user message laid out by the model's chat template, up to the start of the answer.

        Empty if the library does not know the template.
        """
        messages = (_Message * 2)(_Message(b"system", system.encode()), _Message(b"user", user.encode()))
        room = 4 * len(system.encode()) + 2048
        buffer = ctypes.create_string_buffer(room)
        size = self.chat_apply_template(self._template, messages, 2, True, buffer, room)  # type: ignore[attr-defined]
        return buffer.raw[:size].decode() if 0 < size <= room else ""

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of `text`; with `special`, control tokens are recognised too."""
        data = text.encode()
        room = len(data) + 8
        found = (_int * room)()
        count = self.api.llama_tokenize(self._model, data, len(data), found, room, False, special)
        return list(found[:count])

    @property
    def first(self) -> list[int]:
        """The token that starts every text, if the model has one."""
        return [self.vocab_bos(self.vocab)] if self.vocab_get_add_bos(self.vocab) else []  # type: ignore[attr-defined]

    def text(self, tokens: Sequence[int]) -> str:
        """The text of tokens; incomplete characters are left out."""
        return b"".join(self._piece(token) for token in tokens).decode(errors="ignore")

    @lru_cache(maxsize=4096)  # noqa: B019 - one library a process
    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = self.api.llama_token_to_piece(self._model, token, buffer, 256, 0, True)
        return buffer.raw[: max(size, 0)]

    def ends(self, token: int) -> bool:
        """True for a token with which the model ends its answer."""
        return self.api.llama_token_is_eog(self._model, token)

    def decode(self, tokens: Sequence[int], at: int, *, wanted: bool = False) -> Any:
        """Reads one batch from position `at` on; returns a copy of the logits after its last token if `wanted`."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, at + place
            batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, 0
        batch.logits[len(tokens) - 1] = wanted
        if code := self.api.llama_decode(self._context, batch):
            raise ReadingFailed("too_long" if code == 1 else "unreadable", f"llama_decode: {code}")
        if not wanted:
            return None
        import numpy as np

        row = self.api.llama_get_logits_ith(self._context, len(tokens) - 1)
        return np.ctypeslib.as_array(row, (self._words,)).copy()

    def forget(self, at: int) -> None:
        """Removes everything from position `at` on."""
        self.kv_cache_seq_rm(self._context, 0, at, -1)  # type: ignore[attr-defined]

    def take_state(self) -> bytes:
        """The state of the cache, for restoring."""
        size = self.state_seq_get_size(self._context, 0, 0)  # type: ignore[attr-defined]
        buffer = ctypes.create_string_buffer(size)
        self.state_seq_get_data(self._context, buffer, size, 0, 0)  # type: ignore[attr-defined]
        return buffer.raw

    def put_state(self, state: bytes) -> None:
        """Restores a state into the empty cache."""
        done = self.state_seq_set_data(self._context, state, len(state), 0, 0)  # type: ignore[attr-defined]
        if not done:
            raise ReadingFailed("unreadable", "a state could not be put back")

    @property
    def context(self) -> Any:
        """The context's address, for grammars."""
        return self._context
