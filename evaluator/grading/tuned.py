"""The tuned numbers of grading."""

from __future__ import annotations

from collections.abc import Mapping

from evaluator.transcript import Form
from evaluator.tuning import BY_JUDGEMENT, NOT_MEASURED, UNRECORDED, tuned

_EXAMPLES = "the nine rubrics that shipped first, with their example texts (examples/)"
_AGREEMENT = "python -m benchmarks.agreement FOLDER"
_EXAMPLES_TABLE = "python -m benchmarks.examples"
_KNOWLEDGE = "nine of the twelve questions of short_answer_zh and rubric_answers_en"
_OVERLAP = "innocent texts: the examples and reference answers of the development rubrics"

# Anchoring: from readings to a position (anchoring.py)

# A question that moves less than this between silence and the reference answer is ignored.
LEAST_GAIN = tuned(0.05, chosen_on=UNRECORDED, shown_by=_EXAMPLES_TABLE)
# The uncertainty of a position even if all witnesses agree, as a share of the scale.
LEAST_POSITION_SPREAD = tuned(0.16, chosen_on=UNRECORDED, shown_by=_EXAMPLES_TABLE)
# No position is more certain than this of either end.
EDGE = tuned(0.02, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Something happened: the logistic curve over the logit above what silence and the reference show.
HAPPENED_STEEPNESS = tuned(4.0, chosen_on=UNRECORDED, shown_by=_EXAMPLES_TABLE)
HAPPENED_MIDDLE = tuned(0.5, chosen_on=UNRECORDED, shown_by=_EXAMPLES_TABLE)
# The spread of a penalty's position, and of the mean of checks by a judge that needs no anchors.
EVENT_SPREAD = tuned(0.2, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
DIRECT_SPREAD = tuned(0.1, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

# Verdicts: what a position is made of (verdicts.py)

# Share of likeness in a position; the judge's answers have the rest. Written answers are mostly about knowledge, of
# which a small model is a poor judge (docs/design/judging.md).
SHARE_OF_LIKENESS: Mapping[Form, float] = tuned(
    {"dialogue": 0.5, "email": 0.5, "answer": 0.75}, chosen_on=_EXAMPLES, shown_by=_EXAMPLES_TABLE
)
# Share of the last words in a position if the rubric has closing sentences.
SHARE_OF_CLOSING = tuned(0.2, chosen_on="300 dialogues of helpdesk_zh", shown_by=_AGREEMENT)
# Probability from which an optional criterion applies, and from which a key point is covered.
APPLICABLE_FROM = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
COVERED_FROM = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.key_points")
# Probability below which a key point is called missing, not only likely missing.
MISSING_BELOW = tuned(0.2, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.unseen")

# Evidence: which sentence belongs to a statement (evidence.py, last_words.py)

# Characters of a clause; shorter ones resemble everything.
LEAST_CLAUSE = tuned(4, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Chinese characters, or words: about what is said between two punctuation marks.
BREATH = tuned(12, chosen_on="development texts without their punctuation", shown_by="python -m benchmarks.unseen")
# Share of a sentence's mean similarity to all statements that is subtracted.
COMMON_PART = tuned(0.6, chosen_on=UNRECORDED, shown_by="python -m benchmarks.unseen.evidence")
# Cosine below which a sentence is unrelated to a statement.
LEAST_SIMILARITY = tuned(0.28, chosen_on=UNRECORDED, shown_by="python -m benchmarks.unseen.evidence")
# Distance of the two groups of closing sentences; if both say the same, chance would decide.
LEAST_APART = tuned(0.05, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)

# Proof: does a sentence say a statement? (proof.py; the regression itself is in proof.yaml)

# The lowest tenths at which 95 % of the development pairs called proof were proof, leaving out each rubric in turn.
PROVED_FROM = tuned(
    0.9, chosen_on="development pairs (benchmarks/unseen/pairs.yaml)", shown_by="python -m benchmarks.unseen.evidence"
)
# If no judge was asked, as for knowledge questions; all development pairs above it were proof.
PROVED_ALONE_FROM = tuned(
    0.97,
    chosen_on="development pairs (benchmarks/unseen/pairs.yaml)",
    shown_by="python -m benchmarks.unseen.evidence --alone",
)
# Probability from which a sentence says the statement rather than its denial.
EVEN = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.unseen.evidence")
# The judge's reading of the whole text, from silence (0) to the reference (1), from which a check is met.
MET_FROM = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.unseen.evidence")

# Likeness to the reference answer (similarity.py)

# Share of the task wording's similarity to a key point: any text on the subject has that much.
TASK_SHARE = tuned(0.86, chosen_on=UNRECORDED, shown_by="python -m benchmarks.key_points")
# Cosines of two sentences of one trade: another subject, the same in other words.
UNRELATED = tuned(0.33, chosen_on=UNRECORDED, shown_by="python -m benchmarks.key_points")
PARAPHRASE = tuned(0.60, chosen_on=UNRECORDED, shown_by="python -m benchmarks.key_points")
# Least distance between a key point's lower and upper end.
LEAST_REACH = tuned(0.05, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Cosines, and the share of words, at which people give full marks.
FULL_POINT = tuned(0.7, chosen_on=_KNOWLEDGE, shown_by="python -m benchmarks.agreement FOLDER --model none")
FULL_GIST = tuned(0.7, chosen_on=_KNOWLEDGE, shown_by="python -m benchmarks.unseen.knowledge")
FULL_WORDS = tuned(0.3, chosen_on=_KNOWLEDGE, shown_by="python -m benchmarks.unseen.knowledge")

# What the judge does not read (material.py)

# Characters without punctuation: anybody repeats shorter sentences, such as thanks.
LEAST_REPEATED = tuned(8, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.stability")
# Turns: a shorter run can be a customer who asks again and an agent who gives the same answer.
LEAST_PASTED_TURNS = tuned(4, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.stability")

# Overlap with the rubric (pasted.py)

# Chinese characters, or words of another script, in one overlapping piece.
PIECE_CHARACTERS = tuned(4, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")
PIECE_WORDS = tuned(3, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")
# Share of a sentence's pieces that stand in the rubric, from which it was taken over.
OVERLAP_SHARE = tuned(0.5, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")
# Units of a sentence, below which anybody may say the same.
LEAST_TAKEN = tuned(9, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")
# Units of a text taken over, below which it may be chance: twice what innocent texts reach. People who know the subject
# of an exam answer in its very terms.
LEAST_TOGETHER: Mapping[Form, int] = tuned(
    {"dialogue": 48, "email": 48, "answer": 120}, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks"
)
# Units of how the rubric describes performance: nobody speaks like that.
LEAST_DESCRIBED = tuned(12, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")
# Units of a sentence that is left out beside others that were taken over.
LEAST_BESIDE = tuned(5, chosen_on=_OVERLAP, shown_by="python -m benchmarks.attacks")

# Guards (topic.py, steering.py, evaluation.py; the fits themselves are in topic.npz and steering.npz)

# Probability that a text is off the topic at which a person is asked to look: of 1,096 texts on the topic .7 accuses
# 19, .8 accuses 12 and .9 accuses 8.
ACCUSED_FROM = tuned(
    0.8, chosen_on="development tasks, left out in turn", shown_by="python -m benchmarks.unseen.topic DATA"
)
# Number of highest similarities that are averaged.
TOPIC_NEAREST = tuned(3, chosen_on="development tasks", shown_by="python -m benchmarks.unseen.topic DATA")
# Cosine of two whole tasks: the same scenario in another language or version is no contrast.
SAME_TASK = tuned(0.8, chosen_on="the shipped tasks", shown_by="python -m benchmarks.unseen.topic DATA")
# Of a likeness: where all other texts resemble a task alike, a hair's breadth says nothing.
LEAST_USUAL_SPREAD = tuned(0.02, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.unseen.topic DATA")
# Probability that a text deals with a task, below which its rubric is not proposed (proposing.py).
FITS_FROM = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.unseen.proposing")
# Letters of a sentence that is inspected; a shorter one says nothing.
STEERING_LETTERS = tuned(4, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.attacks")
# The judge's probability from which a text addresses the grader.
STEERED_FROM = tuned(0.5, chosen_on=BY_JUDGEMENT, shown_by="python -m benchmarks.attacks --model embedded")

# Reasons for a person to look (review.py)

# A flatter distribution says little more than the middle of the scale.
LEAST_CONFIDENCE = tuned(0.12, chosen_on=UNRECORDED, shown_by=_AGREEMENT)
# Difference between the judges of a panel, as a share of the scale.
MOST_DISAGREEMENT = tuned(0.4, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Distance from the pass mark, as a share of the maximum.
NEAR_PASS_MARK = tuned(0.08, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
# Probability of a fatal item from which a person is asked to look.
FATAL_LOOKED_AT_FROM = tuned(0.25, chosen_on=BY_JUDGEMENT, shown_by=NOT_MEASURED)
