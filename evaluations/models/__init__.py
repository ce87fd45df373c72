from evaluations.models.checkups import Checkup
from evaluations.models.class_reviews import ClassReview
from evaluations.models.criteria import CriteriaDraft, CriteriaSet
from evaluations.models.decisions import Decision
from evaluations.models.evidence import Evidence, EvidenceFile, EvidenceUse
from evaluations.models.explanations import Explanation, ExplanationAnswer, ExplanationRound
from evaluations.models.line_returns import LineReturn
from evaluations.models.line_talk import LineComment, LineFlag
from evaluations.models.member_sheets import MemberSheet
from evaluations.models.past_results import PastResult
from evaluations.models.periods import Period, PeriodUnit
from evaluations.models.rankings import LineageBreak, Ranking, RankingRow
from evaluations.models.recognition import Recognition, RecognitionChoice
from evaluations.models.recomputations import Recomputation, RecomputedSheet
from evaluations.models.reopening import ReopenedResult, ReopenRequest
from evaluations.models.sheets import Evaluation, Score
from evaluations.models.states import Stage, State
from evaluations.models.verifiers import GroupVerifier
from evaluations.models.votes import CellVote

__all__ = [
    "CellVote",
    "Checkup",
    "ClassReview",
    "CriteriaDraft",
    "CriteriaSet",
    "Decision",
    "Evaluation",
    "Evidence",
    "EvidenceFile",
    "EvidenceUse",
    "Explanation",
    "ExplanationAnswer",
    "ExplanationRound",
    "GroupVerifier",
    "LineComment",
    "LineFlag",
    "LineReturn",
    "LineageBreak",
    "MemberSheet",
    "PastResult",
    "Period",
    "PeriodUnit",
    "Ranking",
    "RankingRow",
    "Recognition",
    "RecognitionChoice",
    "Recomputation",
    "RecomputedSheet",
    "ReopenRequest",
    "ReopenedResult",
    "Score",
    "Stage",
    "State",
]
