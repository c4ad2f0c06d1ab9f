"""Every setting of Etude in one place: defaults < ``etude.toml`` < ``ETUDE_*`` environment < flags.

``etude.toml`` is read from the current folder, else from Etude's home. Groups are tables (``[retrieval]``) in the file
and double underscores in the environment (``ETUDE_RETRIEVAL__PASSAGES=4``). Nothing else reads the environment.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsError

DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct"
DEFAULT_EMBEDDING = "all-minilm-l6-v2"


def default_home() -> Path:
    """Return the platform's user data folder for Etude."""
    return Path(platformdirs.user_data_dir("etude", appauthor=False))


_Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Generation(_Group):
    """How the language model writes."""

    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(0.95, gt=0, le=1)
    top_k: int = Field(40, ge=0, le=100_000, description="0 looks at every token.")
    max_tokens: int = Field(320, ge=1, le=32_768)
    stop: list[str] = Field(default_factory=list, max_length=8)
    seed: int = 0


class Retrieval(_Group):
    """What is searched and how much of it the model reads."""

    passages: int = Field(4, ge=1, le=50, description="Most passages in one prompt.")
    passage_tokens: int = Field(
        300,
        ge=64,
        le=32_768,
        description="Budget for passages in one prompt, in tokens of the language model. "
        "The default keeps the first word within five seconds on two CPU cores, which read about 70 tokens a second.",
    )
    history_tokens: int = Field(400, ge=0, description="Budget for earlier turns when a follow-up is rewritten.")


class Endpoint(_Group):
    """An OpenAI-compatible server, used when ``backend = "openai"``."""

    base_url: str = ""
    api_key: str = ""
    model: str = ""
    price_in: float | None = Field(None, ge=0, description="US dollars per million tokens read; 0 where it is free.")
    price_out: float | None = Field(None, ge=0, description="US dollars per million tokens written.")


class Server(_Group):
    """Where the web page listens."""

    host: str = "127.0.0.1"
    port: int = Field(7860, ge=1, le=65_535)


class People(_Group):
    """Who may use the page, and how much of it, where others can reach it."""

    sign_in: Literal["auto", "always"] = Field(
        "auto", description="auto asks people to sign in unless the page is bound to this machine alone."
    )
    header: str = Field("", description="The header in which a reverse proxy names who it has signed in.")
    proxies: list[str] = Field(
        default_factory=list, description="Addresses or networks of reverse proxies; headers of others are ignored."
    )
    hours: float = Field(168, gt=0, le=8760, description="How long a sign-in is good for.")
    questions_a_minute: int = Field(12, ge=1, description="Of one person.")
    uploads_an_hour: int = Field(120, ge=1, description="Of one person; what is larger than 256 kB counts.")
    upload_mb: int = Field(50, ge=1, description="The most that is taken at once, in megabytes (10⁶ bytes).")


class Price(_Group):
    """US dollars per 1,000 tokens of one model."""

    input: float = Field(0.0, ge=0)
    output: float = Field(0.0, ge=0)


class Recording(_Group):
    """How long records are kept."""

    keep_days: int | None = Field(
        None, ge=1, le=36_500, description="Delete what is older once a day while the page is served."
    )


class Attached(_Group):
    """An MCP server whose tools the agent may call: a command to begin, or the address of one that runs."""

    command: list[str] = Field(default_factory=list, description="A program and its arguments, spoken to over stdio.")
    url: str = Field("", description="Of a server that speaks streamable HTTP.")
    tools: list[str] = Field(default_factory=list, description="The tools of it that may be called; no others are.")
    seconds: float = Field(30, gt=0, le=3600, description="The most that it may take to answer.")


class Agent(_Group):
    """What the tool agent may use up."""

    steps: int = Field(8, ge=1, le=50, description="Calls of tools for one message.")
    tokens: int = Field(20_000, ge=0, description="Tokens that the language model may read and write for one message.")
    minutes: float = Field(240, ge=0, description="Expected minutes of all that one conversation starts.")
    queued: int = Field(4, ge=1, le=20, description="Jobs that may wait or run when the agent adds one.")
    mcp: dict[str, Attached] = Field(default_factory=dict, description="MCP servers by name.")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="ETUDE_", env_nested_delimiter="__", extra="forbid")

    home: _Folder = Field(default_factory=default_home, description="Holds everything Etude writes.")
    models_path: Annotated[list[_Folder], NoDecode] = Field(
        default_factory=lambda: [default_home() / "models"],
        description="Folders, beside the home's own, in which verified weights are looked up and never written.",
    )
    backend: Literal["embedded", "openai", "transformers"] = "embedded"
    model: str = Field(DEFAULT_MODEL, description="Catalog id, a .gguf file, or a model folder for transformers.")
    embedding: str = Field(DEFAULT_EMBEDDING, description="Catalog id or a sentence-transformers folder.")
    context_length: int = Field(4096, ge=512, le=262_144, description="Tokens the embedded model can hold at once.")
    threads: int = Field(0, ge=0, le=512, description="CPU threads; 0 takes one for each core.")
    database: str = Field("", description="SQLAlchemy URL; empty is SQLite in the home.")
    generation: Generation = Field(default_factory=Generation)
    retrieval: Retrieval = Field(default_factory=Retrieval)
    endpoint: Endpoint = Field(default_factory=Endpoint)
    server: Server = Field(default_factory=Server)
    people: People = Field(default_factory=People)
    agent: Agent = Field(default_factory=Agent)
    guardrail: str = Field("default", description="What must be passed: NAME or NAME@VERSION; empty checks nothing.")
    records: Recording = Field(default_factory=Recording)
    soundfont: _Folder | None = Field(None, description="A .sf2 file to play pieces with; by default TimGM6mb.")
    prices: dict[str, Price] = Field(default_factory=dict, description="By model, for the cost of invocations.")

    @property
    def model_in_use(self) -> str:
        """The id of the model that answers: the endpoint's where there is one."""
        return self.endpoint.model if self.backend == "openai" else self.model

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment before the file."""
        file = config_file()
        toml = (TomlConfigSettingsSource(settings_cls, toml_file=file),) if file else ()
        return (init_settings, env_settings, *toml)

    def __init__(self, **values: Any) -> None:
        if isinstance(paths := os.environ.get("ETUDE_MODELS_PATH"), str):
            values.setdefault("models_path", [Path(part) for part in paths.split(os.pathsep) if part])
        super().__init__(**values)

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.home / 'records.sqlite3'}"

    @property
    def index_folder(self) -> Path:
        """Where the vectors, the keyword index and the manifests live."""
        return self.home / "index"


def config_file() -> Path | None:
    """Return the ``etude.toml`` in force: the current folder's, else the home's, else None."""
    home = Path(os.environ.get("ETUDE_HOME") or default_home()).expanduser()
    return next((f for f in (Path("etude.toml").resolve(), home / "etude.toml") if f.is_file()), None)


def settings_place() -> Path:
    """Return the ``etude.toml`` that settings are saved to: the one in force, else the one of the home."""
    return config_file() or Path(os.environ.get("ETUDE_HOME") or default_home()).expanduser() / "etude.toml"


def settings_of(document: dict[str, Any]) -> Settings:
    """Return the settings that would be in force if this stood in ``etude.toml``; the environment goes before it.

    Raises:
        ValidationError: pydantic's, of a name that is unknown or a value that is out of range.

    """

    class Drafted(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            given = InitSettingsSource(settings_cls, init_kwargs=document)
            return (named["init_settings"], named["env_settings"], given)

    return Drafted()


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which another process of Etude has these settings, whatever ``etude.toml`` says."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("ETUDE_")}
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        text = os.pathsep.join(value) if name == "models_path" else value
        kept[f"ETUDE_{name}".upper()] = text if isinstance(text, str) else json.dumps(text)
    return kept


def set_in_environment(name: str) -> str:
    """Return the variable of the environment that sets ``name`` (``generation.temperature``), or nothing."""
    given = {variable.upper(): variable for variable in os.environ}
    whole = f"ETUDE_{name.upper().replace('.', '__')}"
    # A group may also be given whole, as JSON.
    return given.get(whole, "") or given.get(whole.partition("__")[0], "")


def load_settings(**flags: Any) -> Settings:
    """Read the settings in force; flags that are None count as not given.

    Raises:
        SettingsError: the file is not TOML, a name in it or in the environment is unknown, or a value is out of range.

    """
    given = {name: value for name, value in flags.items() if value is not None}
    _check_environment()
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{config_file()} is not valid TOML ({error}). Correct it or move it away.") from error
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{config_file()} cannot be read ({error}). Correct it or move it away.") from error
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error


def _check_environment() -> None:
    """Refuse a misspelt variable: one that is passed over in silence costs an hour."""
    known = {f"ETUDE_{name}".upper() for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith("ETUDE_") and name.upper().split("__")[0] not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{name} in the environment is not a setting.{meant} `unset {name}` removes it.")


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        problem = "is not a setting"
    else:
        problem = f"cannot be {first.get('input')!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
    where = f" ({config_file()} or ETUDE_{name.upper().replace('.', '__')})"
    return f"The setting {name} {problem}{where}. `etude doctor` lists the settings in force."
