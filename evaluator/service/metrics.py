"""Counters for Prometheus: requests, gradings, tokens, cost, and what was ungraded or needs a person."""

from __future__ import annotations

from typing import Any

from evaluator.scorecard import Scorecard, UngradedVerdict


class Metrics:
    """One registry per application, so that two in one process do not collide."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        made: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("evaluator_requests", "HTTP requests", ["route", "method", "status"], **made)
        self.seconds = Histogram("evaluator_request_seconds", "Seconds of a request", ["route"], **made)
        self.gradings = Counter("evaluator_gradings", "Texts graded", ["rubric", "outcome"], **made)
        self.tokens = Counter("evaluator_tokens", "Tokens, by kind", ["kind"], **made)
        self.cost = Counter("evaluator_cost_usd", "US dollars spent on models with a price", **made)
        self.ungraded = Counter("evaluator_ungraded", "Criteria without a verdict, by cause", ["cause"], **made)
        self.review = Counter("evaluator_review", "Gradings that want a person", **made)
        self.webhooks = Counter("evaluator_webhooks", "Webhooks, by outcome", ["outcome"], **made)

    def graded(self, card: Scorecard) -> None:
        """Counts one finished grading."""
        outcome = (
            "incomplete" if card.coverage < 1 else {True: "passed", False: "not_passed", None: "open"}[card.passed]
        )
        self.gradings.labels(card.rubric.id, outcome).inc()
        self.tokens.labels("prompt").inc(card.usage.prompt_tokens)
        self.tokens.labels("cached").inc(card.usage.cached_tokens)
        self.tokens.labels("generated").inc(card.usage.generated_tokens)
        self.cost.inc(card.usage.cost or 0.0)
        for verdict in card.verdicts:
            if isinstance(verdict, UngradedVerdict):
                self.ungraded.labels(verdict.ungraded.cause).inc()
        if card.review:
            self.review.inc()

    def failed(self, rubric: str) -> None:
        """Counts one text that could not be graded."""
        self.gradings.labels(rubric, "failed").inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)
