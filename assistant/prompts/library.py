"""Prompt templates as validated data files.

A template is a TOML file: ``id``, ``version``, ``description``, ``variables``, ``system``, ``user`` and worked
``examples``. Text is formatted with ``{name}``. The part before the last user message never changes between questions,
so that the engine reads it once; that is why worked examples cost nothing later.
"""

from __future__ import annotations

import string
import tomllib
from functools import cache
from pathlib import Path
from typing import Self

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import SettingsError

TEMPLATES = Path(__file__).parent / "templates"


class Example(BaseModel):
    """A worked example: what the person says and what the model should answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str
    assistant: str


class PromptTemplate(BaseModel):
    """One prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    description: str
    variables: tuple[str, ...]
    system: str
    user: str
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _variables_are_declared(self) -> Self:
        used = {name for _, name, _, _ in string.Formatter().parse(self.user) if name is not None}
        if used != set(self.variables):
            raise ValueError(f"the user text uses {sorted(used)}, and variables declares {sorted(self.variables)}")
        return self

    def prefix(self) -> list[BaseMessage]:
        """Return the messages that are the same for every question."""
        messages: list[BaseMessage] = [SystemMessage(self.system.strip())]
        for example in self.examples:
            messages += [HumanMessage(example.user.strip()), AIMessage(example.assistant.strip())]
        return messages

    def messages(self, **values: str) -> list[BaseMessage]:
        """Fill the template.

        Raises:
            SettingsError: a variable is missing or unknown; the message names it.

        """
        for problem, names in (
            ("needs", set(self.variables) - set(values)),
            ("does not know", set(values) - set(self.variables)),
        ):
            if names:
                raise SettingsError(f"The prompt template {self.id!r} {problem} {', '.join(sorted(names))}.")
        return [*self.prefix(), HumanMessage(self.user.strip().format(**values))]


@cache
def load_prompt(template_id: str, folder: Path = TEMPLATES) -> PromptTemplate:
    """Read a template by its id.

    Raises:
        SettingsError: there is no such template, or the file is not valid.

    """
    file = folder / f"{template_id}.toml"
    try:
        template = PromptTemplate.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise SettingsError(f"There is no prompt template {template_id!r}; there are {known}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        why = f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}" if first else str(error)
        raise SettingsError(f"The prompt template {file} is not valid ({why}). Correct it.") from error
    if template.id != template_id:
        raise SettingsError(f"The prompt template {file} says it is {template.id!r}. Rename the file or the id.")
    return template
