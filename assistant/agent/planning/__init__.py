"""Planning: from what a person writes to the tools to call, with their arguments. `Planner` is the door."""

from assistant.agent.planning.plan import Call, Earlier, Plan
from assistant.agent.planning.planner import Planner

__all__ = ["Call", "Earlier", "Plan", "Planner"]
