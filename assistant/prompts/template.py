"""A prompt template: what its file may say, and how it becomes messages.

The text is formatted with ``{name}``, once: what a value holds is never expanded again. The part before the last user
message never changes between questions, so that the engine reads it once; that is why worked examples cost nothing
later.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Self

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from assistant.errors import InputError, SettingsError
from assistant.prompts.slots import VariableType, fill, marker_in, without_markers
from assistant.settings import Generation

ID = r"[a-z][a-z0-9-]*"
VERSION = r"[1-9][0-9]*|[0-9]+\.[0-9]+\.[0-9]+"

Version = Annotated[int, Field(ge=1)] | Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Example(BaseModel):
    """A worked example: what the person says and what the model should answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str
    assistant: str


class PromptTemplate(BaseModel):
    """One prompt.

    ``version`` is a whole number or a semantic version such as ``"1.2.0"``. ``families`` are beginnings of model ids
    that the template suits; none is any model. ``inference`` says how the model should write, see `generation`.
    ``answer_after`` is the mark in the reply behind which the answer stands; what is before it is the model's
    reasoning and is not shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=f"^{ID}$")
    name: str = Field(min_length=1)
    version: Version
    description: str
    families: tuple[str, ...] = ()
    variables: dict[_Name, VariableType]
    system: str
    user: str
    examples: tuple[Example, ...] = ()
    inference: Generation = Field(default_factory=Generation)
    answer_after: str = ""

    _file: Path | None = PrivateAttr(None)
    _sha256: str = PrivateAttr("")

    @model_validator(mode="after")
    def _texts_are_sound(self) -> Self:
        try:
            parts = list(string.Formatter().parse(self.user))
        except ValueError as error:
            raise _wrong("user", f"{error}; a brace that is meant as one is written twice") from error
        used = {name for _, name, _, _ in parts if name is not None}
        if used != set(self.variables):
            said = f"the user text uses {_listed(used)}, and variables declares {_listed(self.variables)}"
            raise _wrong("user", said)
        if any(spec or conversion for _, _, spec, conversion in parts):
            raise _wrong("user", "a slot is {name} and nothing more")
        if unfilled := [name for name in self.variables if f"{{{name}}}" in self.system]:
            raise _wrong("system", f"{{{unfilled[0]}}} is not filled in here; put it into the user text")
        for where, text in (("system", self.system), ("user", self.user)):
            if marker := marker_in(text):
                raise _wrong(where, f"leave out {marker}; the markers of a chat are the model's own to write")
        return self

    @property
    def file(self) -> Path | None:
        """Where the template was read from."""
        return self._file

    @property
    def reference(self) -> str:
        """Its id and version, as the library finds it again."""
        return f"{self.id}@{self.version}"

    def stamp(self) -> dict[str, str]:
        """Return what a record of an invocation keeps: ``prompt_id``, ``version`` and the ``sha256`` of the file."""
        return {"prompt_id": self.id, "version": str(self.version), "sha256": self._sha256}

    def read_from(self, file: Path, sha256: str) -> Self:
        """Return the template with the file that it stands in."""
        self._file, self._sha256 = file, sha256
        return self

    def suits(self, model: str) -> bool:
        """Say whether the template was written for models such as this one."""
        return not self.families or Path(model).name.lower().startswith(tuple(name.lower() for name in self.families))

    def generation(self, base: Generation) -> Generation:
        """Return how the model should write.

        In this order each setting is the first that was given: by the person, in flags, environment or ``etude.toml``
        (the fields of ``base`` that were set); by the template, in ``[inference]``; by Etude's defaults.
        """
        own, given = (part.model_dump(exclude_unset=True) for part in (self.inference, base))
        return Generation.model_validate(own | given)

    def prefix(self) -> list[BaseMessage]:
        """Return the messages that are the same for every question."""
        messages: list[BaseMessage] = [SystemMessage(self.system.strip())]
        for example in self.examples:
            messages += [HumanMessage(example.user.strip()), AIMessage(example.assistant.strip())]
        return messages

    def messages(self, **values: object) -> list[BaseMessage]:
        """Fill the template; a value cannot leave its slot, see ``assistant.prompts.slots``.

        Raises:
            SettingsError: a variable is missing or unknown; the message names it.
            InputError: a value is not of its variable's type.

        """
        for problem, names in (
            ("needs", set(self.variables) - set(values)),
            ("does not know", set(values) - set(self.variables)),
        ):
            if names:
                raise SettingsError(f"The prompt template {self.id!r} {problem} {', '.join(sorted(names))}.")
        return [*self.prefix(), HumanMessage(self._filled(values))]

    def _filled(self, values: dict[str, object]) -> str:
        text, written = self.user.strip(), ""
        for literal, name, _, _ in string.Formatter().parse(text):
            written += literal
            if name is not None:
                begins = not written or written[-1] == "\n" or not literal
                written += self._slot(name, values[name], begins_line=begins)
        # Two slots side by side, or a slot and a word of the template, could make a marker together.
        return without_markers(written)

    def _slot(self, name: str, value: object, *, begins_line: bool) -> str:
        try:
            return fill(self.variables[name], value, self.user, begins_line=begins_line)
        except InputError as error:
            raise InputError(f"The prompt template {self.id!r} cannot use its {name}. {error}") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _wrong(key: str, why: str) -> PydanticCustomError:
    # pydantic fills {…} of a message from the context, so that the text goes in through it.
    return PydanticCustomError("prompt_template", "{why}", {"key": key, "why": re.sub(r"\s+", " ", why)})
