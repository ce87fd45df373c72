"""Score a city of sheets in memory, against one plain loop; no database."""

import random
import time

from bench.load import random_answer
from bench.plain_rules import PlainRules
from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import Scorer


def in_memory(cells: int, seed: int = 1):
    """Each run scores anew, without anything remembered from the run before."""
    criteria = load_shipped()["CB4T-QUY-2026"]
    dice = random.Random(seed)  # noqa: S311
    lines = list(criteria.indicators.values())
    sheets = [[random_answer(line, dice) for line in lines] for _ in range(cells)]
    found = {}

    def ours() -> float:
        started = time.perf_counter()
        scorer = Scorer(criteria)
        tallies = [scorer.score_values(rows) for rows in sheets]
        seconds = time.perf_counter() - started
        found["ours"] = [(tally.total, tally.level, tally.eligible) for tally in tallies]
        return seconds

    def rival() -> float:
        started = time.perf_counter()
        plain = PlainRules(criteria)
        found["rival"] = [plain.score(rows) for rows in sheets]
        seconds = time.perf_counter() - started
        if found["ours"] != found["rival"]:
            raise RuntimeError("The plain loop and the product do not agree.")
        return seconds

    return ours, rival
