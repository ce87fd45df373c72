"""What is typed for one reorganisation: its paper, the units after it, who and what goes where."""

from evaluations.reorganisation_forms.desk import Desk
from evaluations.reorganisation_forms.fields import RevertForm
from evaluations.reorganisation_forms.planning import (
    arrivals,
    desk_plan,
    goes_on_as,
    problems,
    refuse,
    spread_evenly,
)

__all__ = [
    "Desk",
    "RevertForm",
    "arrivals",
    "desk_plan",
    "goes_on_as",
    "problems",
    "refuse",
    "spread_evenly",
]
