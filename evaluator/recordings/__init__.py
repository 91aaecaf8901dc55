"""From a recording of a call to a text that can be checked, edited and graded.

`transcribe` sends the recording to an endpoint with OpenAI's `audio/transcriptions`; the two channels of a stereo WAV
file are sent apart, because call centres record one person on each. `written_out` is the transcript as text.
"""

from evaluator.recordings.passages import Passage, Recording, written_out
from evaluator.recordings.transcribing import SUFFIXES, Sound, read_sound, transcribe

__all__ = ["SUFFIXES", "Passage", "Recording", "Sound", "read_sound", "transcribe", "written_out"]
