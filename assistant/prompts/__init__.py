"""Prompt templates: data files, and the library that loads, versions and fills them."""

from assistant.prompts.library import PromptLibrary, load_prompt
from assistant.prompts.template import PromptTemplate

__all__ = ["PromptLibrary", "PromptTemplate", "load_prompt"]
