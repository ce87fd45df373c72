"""What is typed for one reorganisation: its paper, the units after it, who and what goes where."""

from evaluations.forms.reorganisations.desk import Desk
from evaluations.forms.reorganisations.fields import RevertForm
from evaluations.forms.reorganisations.planning import (
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
