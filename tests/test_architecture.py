"""Dependencies point one way, packages have doors, and the environment is read in one place."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    ROOT / "app.py",
    *sorted(f for room in ("assistant", "eval", "knowledge") for f in (ROOT / room).rglob("*.py")),
]

MAY_IMPORT = {
    "knowledge": {"knowledge"},
    "assistant": {"assistant", "knowledge"},
    "eval": {"assistant", "eval", "knowledge"},
    "app": {"assistant"},
}
TOP = {
    "assistant.api": {"assistant.api", "assistant.cli", "assistant.web", "app"},
    "assistant.cli": {"assistant.cli"},
    "assistant.doctor": {"assistant.cli", "assistant.doctor", "assistant.web"},
    "assistant.terminal": {"assistant.cli", "assistant.terminal"},
    "assistant.web": {"assistant.cli", "assistant.web", "app"},
}
"""Who may import what stands at the top."""

DOORS = {
    "assistant.agent.planning": {"Call", "Earlier", "Plan", "Planner"},
    "assistant.composer": {"compose", "train"},
    "assistant.composer.metrics": {"Tallies", "bars_of", "diversity", "features", "frechet", "measure", "tally"},
    "assistant.composer.rules": {"harmonise"},
    "assistant.guardrails.pii": {"MaskingFilter", "Masks", "find", "mask"},
    "assistant.people": {
        *("LOCAL", "CollectionOwners", "Person", "check_name", "collections_for", "collections_in", "person_of"),
        "searched_by",
    },
    "assistant.prompts": {"PromptLibrary", "PromptTemplate", "load_prompt"},
    "assistant.records": {
        *("Attempt", "Brought", "Conversation", "ExamRecords", "Rating", "RatingRecords", "RatingSession", "Records"),
        *("SavedCard", "SavedReview", "SavedTurn", "Call", "FindingCount", "Invocation", "Invocations", "Job", "Jobs"),
        *("Metrics", "Series", "Summary", "prices_of", "recorded"),
    },
    "assistant.web": {"serve"},
    "eval.report": {"headline", "log_mlflow", "markdown", "report_dict", "write_html"},
    "eval": {"RunFolder", "Spec", "compare_runs", "run_evaluation", "score_file"},
    "knowledge": {
        *("Chunk", "Document", "Embedder", "Filter", "Hit", "IndexFolder", "Searcher", "SyncReport"),
        *("read_file", "remove_collection", "sync_folder"),
    },
}


def name_of(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file):
    """Every module of ours that a file imports anywhere in it, with its line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: write imports in full"
            found = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from ((module, node.lineno) for module in found if module.partition(".")[0] in MAY_IMPORT)


def within(module, room):
    return module == room or module.startswith(f"{room}.")


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_dependencies_point_one_way(file):
    me = name_of(file)
    for module, line in imports(file):
        there = module.partition(".")[0]
        door = any(within(me, room) for room in ("assistant.cli", "assistant.web"))
        assert there in MAY_IMPORT[me.partition(".")[0]] or door, f"{file}:{line} imports {module}"
        for top, users in TOP.items():
            if within(module, top):
                assert any(within(me, user) for user in users), f"{file}:{line} imports {module}"


def test_the_environment_is_read_in_the_settings_and_nowhere_else():
    for file in FILES:
        if name_of(file) == "assistant.settings":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        handed_on = [
            value
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict) and name_of(file) == "assistant.models.wheels"
            for key, value in zip(node.keys, node.values, strict=True)
            if key is None
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node not in handed_on:
                reads = node.attr in {"environ", "environb", "getenv", "getenvb"}
                assert not reads, f"{file}:{node.lineno} reads the environment"
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                assert not {"environ", "getenv"} & {alias.name for alias in node.names}, f"{file}:{node.lineno}"


@pytest.mark.parametrize("file", [f for f in FILES if f.name == "__init__.py"], ids=name_of)
def test_a_package_says_what_it_is_for_and_shows_few_names(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert len(ast.get_docstring(tree) or "") > 20, f"{file} does not say what the package is for"
    package = importlib.import_module(name_of(file))
    assert set(getattr(package, "__all__", ())) == DOORS.get(name_of(file), set())
    for name in DOORS.get(name_of(file), ()):
        assert getattr(package, name)


def test_a_name_that_no_room_has_is_an_attribute_error():
    import knowledge

    with pytest.raises(AttributeError, match="nonsense"):
        _ = knowledge.nonsense


def test_importing_the_door_of_the_notes_imports_nothing_else():
    code = "import sys; import knowledge; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith(("knowledge", "assistant"))}
    assert ours == {"knowledge"}
    assert "numpy" not in done.stdout.split()
