"""Prompt templates: data files and the library that loads them."""

from assistant.prompts.library import PromptTemplate, load_prompt

__all__ = ["PromptTemplate", "load_prompt"]
