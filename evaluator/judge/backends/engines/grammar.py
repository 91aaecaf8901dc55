"""What ik_llama.cpp may write: anything, or JSON of a schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evaluator.judge.backends.asking import ReadingFailed

if TYPE_CHECKING:
    from evaluator.judge.backends.engines.ik_library import Library

TRIED_FIRST = 64  # most likely tokens that are tried before all are: a grammar checks each one


class Grammar:
    """Tracks what was written. Without a schema everything is allowed."""

    def __init__(self, library: Library, address: Any | None) -> None:
        self._library, self._address = library, address

    @classmethod
    @contextmanager
    def of(cls, schema: dict[str, Any] | None, library: Library) -> Iterator[Grammar]:
        """The grammar of a JSON schema, freed at the end."""
        if schema is None:
            yield cls(library, None)
            return
        import xllamacpp  # translates schemas; ik_llama.cpp reads the same language of grammars

        rules = xllamacpp.json_schema_to_grammar(schema).encode()
        address = library.sampler_init_grammar(library.vocab, rules, b"root")  # type: ignore[attr-defined]
        if not address:  # nothing would bind the model to the schema, and its text would look like an answer
            raise ReadingFailed("unreadable", "this build of ik_llama.cpp does not read the schema's grammar")
        try:
            yield cls(library, address)
        finally:
            library.grammar_free(address)  # type: ignore[attr-defined]

    def likeliest(self, logits: Any) -> int:
        """The most likely token that is allowed here; it counts as written."""
        import numpy as np

        if self._address is None:
            return int(np.argmax(logits))
        for count in (1, TRIED_FIRST, len(logits)):
            tokens = np.argpartition(logits, -count)[-count:] if count < len(logits) else np.arange(len(logits))
            allowed = self._allowed(tokens, logits[tokens])
            if np.isfinite(allowed).any():
                token = int(tokens[int(np.argmax(allowed))])
                self._library.grammar_accept_token(self._address, self._library.context, token)  # type: ignore[attr-defined]
                return token
        raise AssertionError("a grammar allows some token or the end")

    def _allowed(self, tokens: Any, values: Any) -> Any:
        """The logits of `tokens`, minus infinity for those not allowed."""
        import ctypes

        import numpy as np

        api = self._library.api
        data = (api.llama_token_data * len(tokens))()
        for place, (token, value) in enumerate(zip(tokens.tolist(), values.tolist(), strict=True)):
            data[place].id, data[place].logit, data[place].p = token, value, place
        found = api.llama_token_data_array(data, len(tokens), -1, False)
        self._library.grammar_sample(self._address, self._library.context, ctypes.byref(found))  # type: ignore[attr-defined]
        return np.array([entry.logit for entry in data])
