"""Speech to text by an endpoint with OpenAI's `audio/transcriptions`."""

from __future__ import annotations

from typing import Any

from evaluator.errors import EndpointError, InputError, ModelError
from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.vendor_openai import OpenAIClient
from evaluator.judge.choose import endpoint_of, is_elsewhere, is_embedded, limits_of
from evaluator.settings import Settings

LEAST_TIMEOUT_S = 900.0  # an hour of speech takes minutes


class Transcriber:
    """One model that writes down what is said."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client
        self.name = client.endpoint.name

    async def transcribe(self, name: str, audio: bytes, language: str | None = None) -> dict[str, Any]:
        """The endpoint's reply, in the richest form that it offers for this model.

        Raises ModelError with a sentence that says what to do.
        """
        hint = {"language": language} if language else {}
        forms = forms_of(self._client.endpoint.model)
        for number, form in enumerate(forms):
            try:
                return await self._client.transcription(name, audio, {**hint, **form})
            except EndpointError as error:
                if error.code != "judge_request_rejected" or number + 1 == len(forms):
                    raise
            except ReadingFailed as error:
                raise ModelError("recording_failed", model=self.name, detail=error.detail) from error
        raise AssertionError("the last form returns or raises")


def forms_of(model: str) -> list[dict[str, Any]]:
    """The forms of a reply to ask for, the richest first: speakers, then times and words, then text alone."""
    if "diarize" in model.lower():
        return [{"response_format": "diarized_json", "chunking_strategy": "auto"}]
    if model.lower().startswith("gpt-4o"):
        return [{"response_format": "json", "include": ["logprobs"]}, {"response_format": "json"}]
    return [
        {"response_format": "verbose_json", "timestamp_granularities": ["segment", "word"]},
        {"response_format": "verbose_json"},
        {"response_format": "json"},
    ]


def open_transcriber(name: str, settings: Settings) -> Transcriber:
    """The transcriber called `name` ("openai:whisper-1", "http://host:8000/v1#name").

    Raises InputError if the name is no such endpoint, its key is missing, or the privacy setting forbids that the
    recording leaves this machine: unlike a text, a recording cannot be masked.
    """
    if is_embedded(name):
        raise InputError("recording_embedded")
    endpoint = endpoint_of(name, settings)
    if is_elsewhere(endpoint.base_url) and settings.privacy != "off":
        raise InputError("recording_private", name=endpoint.name, privacy=settings.privacy)
    limits = limits_of(settings)
    longer = limits.model_copy(update={"timeout_s": max(limits.timeout_s, LEAST_TIMEOUT_S)})
    return Transcriber(OpenAIClient(endpoint, limits=longer))
