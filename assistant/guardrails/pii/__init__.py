"""Personal data and secrets: find them, mask them, keep them out of logs."""

from assistant.guardrails.pii.find import find
from assistant.guardrails.pii.logs import MaskingFilter
from assistant.guardrails.pii.masks import Masks, mask

__all__ = ["MaskingFilter", "Masks", "find", "mask"]
