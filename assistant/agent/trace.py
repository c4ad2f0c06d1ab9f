"""The trace of a conversation in the shapes of Amazon Bedrock's agents: what was checked, called, seen and said.

Names are those of the ``Trace`` of ``InvokeAgent``: `preProcessingTrace`, `guardrailTrace`, `orchestrationTrace` with
`rationale`, `invocationInput` and `observation`, `postProcessingTrace` and `failureTrace`. The trace is made from what
the conversation keeps, so that nothing can happen that is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage

from assistant.agent.events import Confirmation
from assistant.agent.messages import Turn, answer_of, notes, observation_of
from assistant.agent.tool import Tool
from assistant.chat.events import Answer

NOTES = "notes"
"""The knowledge base that plain questions are answered from."""


def trace_of(
    turns: Sequence[Turn], tools: Mapping[str, Tool], pending: Confirmation | None = None
) -> list[dict[str, Any]]:
    """Return the parts of a trace in order; ``pending`` is the confirmation that the conversation waits for."""
    return [part for at, turn in enumerate(turns, start=1) for part in _turn(turn, f"turn-{at}", tools)] + (
        [_returned(pending, f"turn-{len(turns)}")] if pending else []
    )


def _turn(turn: Turn, trace_id: str, tools: Mapping[str, Tool]) -> Iterator[dict[str, Any]]:
    blocked, plan = bool(notes(turn.said).get("blocked")), turn.plan
    said = {"isValid": not blocked, "rationale": "The guardrail blocked it." if blocked else "It passed the guardrail."}
    yield _part(
        "preProcessingTrace",
        trace_id,
        modelInvocationInput={"text": str(turn.said.content)},
        modelInvocationOutput={"parsedResponse": said},
    )
    if plan:
        yield _orchestration(rationale={"text": plan["rationale"], "traceId": trace_id})
    if plan and plan["question"]:
        asked = {"source": "PARSER", "text": plan["question"]}
        yield _orchestration(observation={"type": "REPROMPT", "traceId": trace_id, "repromptResponse": asked})
    given: dict[str, ToolMessage] = {one.tool_call_id: one for one in turn.results}
    for message in turn.behind:
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                result = given.get(str(call["id"]))
                arguments = (notes(result).get("arguments") if result else None) or call["args"]
                yield _orchestration(invocationInput=_invocation(call, arguments, trace_id, tools, result))
                if result:
                    yield _orchestration(observation=_observation(result, trace_id))
    reply = turn.reply
    if reply is None:
        return
    kept, answer = notes(reply), answer_of(reply)
    if answer:
        yield from _looked_up(answer, trace_id)
    if kept.get("ended"):
        yield _part("failureTrace", trace_id, failureReason=str(reply.content), failureType=str(kept["ended"]))
        return
    final = {"type": "FINISH", "traceId": trace_id, "finalResponse": {"text": str(reply.content)}}
    yield _orchestration(observation=final)
    yield _part("postProcessingTrace", trace_id, modelInvocationOutput={"parsedResponse": {"text": str(reply.content)}})


def _invocation(
    call: Mapping[str, Any],
    arguments: Mapping[str, Any],
    trace_id: str,
    tools: Mapping[str, Tool],
    result: ToolMessage | None,
) -> dict[str, Any]:
    tool = tools.get(call["name"])
    confirmed = notes(result).get("confirmed") if result else ""
    return {
        "invocationType": "ACTION_GROUP",
        "traceId": trace_id,
        "actionGroupInvocationInput": {
            "actionGroupName": tool.group if tool else "",
            "function": call["name"],
            "invocationId": call["id"],
            "parameters": [
                {"name": name, "type": _type(value), "value": str(value)} for name, value in arguments.items()
            ],
            **({"confirmedDigest": confirmed} if confirmed else {}),
        },
    }


def _observation(result: ToolMessage, trace_id: str) -> dict[str, Any]:
    text = str(result.content)
    if notes(result).get("refused"):
        return {
            "type": "REPROMPT",
            "traceId": trace_id,
            "repromptResponse": {"source": "ACTION_GROUP", "text": text},
        }
    links = [{"title": link.title, "kind": link.kind, "address": link.address} for link in observation_of(result).links]
    output: dict[str, Any] = {"text": text, **({"links": links} if links else {})}
    return {"type": "ACTION_GROUP", "traceId": trace_id, "actionGroupInvocationOutput": output}


def _looked_up(answer: Answer, trace_id: str) -> Iterator[dict[str, Any]]:
    looked = {"text": answer.standalone, "knowledgeBaseId": NOTES}
    yield _orchestration(
        invocationInput={
            "invocationType": "KNOWLEDGE_BASE",
            "traceId": trace_id,
            "knowledgeBaseLookupInput": looked,
        },
    )
    found = [
        {
            "content": {"text": one.text},
            "location": {"type": "CUSTOM", "customDocumentLocation": {"id": f"{one.file}:{one.start_line}"}},
            "metadata": {"collection": one.collection, "heading": " > ".join(one.heading)},
        }
        for one in answer.citations
    ]
    yield _orchestration(
        observation={
            "type": "KNOWLEDGE_BASE",
            "traceId": trace_id,
            "knowledgeBaseLookupOutput": {"retrievedReferences": found},
        },
    )


def _returned(pending: Confirmation, trace_id: str) -> dict[str, Any]:
    """Return the part of a call that waits: Bedrock's return of control, with its confirmation."""
    invocation = {
        "invocationType": "ACTION_GROUP",
        "traceId": trace_id,
        "actionGroupInvocationInput": {
            "function": pending.tool,
            "invocationId": pending.id,
            "executionType": "RETURN_CONTROL",
            "parameters": [
                {"name": name, "type": _type(value), "value": str(value)} for name, value in pending.arguments.items()
            ],
        },
    }
    return _orchestration(invocationInput=invocation)


def _orchestration(**values: Any) -> dict[str, Any]:
    return {"orchestrationTrace": values}


def _part(name: str, trace_id: str, **values: Any) -> dict[str, Any]:
    return {name: {"traceId": trace_id, **values}}


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "integer", float: "number", str: "string", list: "array"}.get(type(value), "object")
