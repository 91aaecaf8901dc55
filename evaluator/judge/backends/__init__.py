"""One backend per way of asking a model, with shared transport, faults and prices."""

from evaluator.judge.backends.asking import ReadingFailed
from evaluator.judge.backends.embedded import EmbeddedAsker
from evaluator.judge.backends.endpoint import EndpointAsker
from evaluator.judge.backends.own_models import PREFIX, Measured, OwnModel, keep_measured, name_of, own_models, pull_own
from evaluator.judge.backends.providers import PROVIDERS
from evaluator.judge.backends.readout import ReadoutJudge, read_menu
from evaluator.judge.backends.spending import price_of
from evaluator.judge.backends.vendor_openai import open_client
from evaluator.judge.backends.weights import EMBEDDED, WeightsStatus, path_of, pull, require, status

__all__ = [
    "EMBEDDED",
    "PREFIX",
    "PROVIDERS",
    "EmbeddedAsker",
    "EndpointAsker",
    "Measured",
    "OwnModel",
    "ReadingFailed",
    "ReadoutJudge",
    "WeightsStatus",
    "keep_measured",
    "name_of",
    "open_client",
    "own_models",
    "path_of",
    "price_of",
    "pull",
    "pull_own",
    "read_menu",
    "require",
    "status",
]
