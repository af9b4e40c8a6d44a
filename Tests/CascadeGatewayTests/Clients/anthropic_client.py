"""What Anthropic's own client makes of the gateway.

Base URLs of gateways before providers: one that answers, one that calls a tool, one limited, one failing, one silent, one
that breaks off, one that stalls.
"""

import sys

import anthropic

answering, calling, limited, failing, silent, cut, stalling = sys.argv[1:]
question = [{"role": "user", "content": "why?"}]


def client(address, **options):
    return anthropic.Anthropic(base_url=address, api_key="none", **{"max_retries": 0, **options})


def ask(address, **options):
    given = {key: options.pop(key) for key in ("timeout", "max_retries") if key in options}
    return client(address, **given).messages.create(
        **{"model": "cascade", "max_tokens": 100, "messages": question, **options}
    )


def refused(kind, address, **options):
    try:
        ask(address, **options)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


whole = ask(answering)
assert whole.content[0].text.startswith("Light from"), whole
assert whole.stop_reason == "end_turn" and whole.usage.output_tokens == 8, whole
assert whole._request_id, whole
raw = client(answering).messages.with_raw_response.create(model="cascade", max_tokens=100, messages=question)
assert raw.headers["x-cascade-provider"] == "p0", raw.headers

events = list(ask(answering, stream=True))
assert events[0].type == "message_start" and events[-1].type == "message_stop", events
with client(answering).messages.stream(model="cascade", max_tokens=100, messages=question) as stream:
    assert "".join(stream.text_stream) == whole.content[0].text
    final = stream.get_final_message()
assert final.usage.output_tokens == 8 and final.stop_reason == "end_turn", final

tools = [{"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]
calls = ask(calling, tools=tools).content[-2:]
assert [(call.type, call.name) for call in calls] == [("tool_use", "weather")] * 2, calls
assert [call.input for call in calls] == [{"city": "Oslo"}, {"city": "Rome"}], calls
with client(calling).messages.stream(
    model="cascade", max_tokens=100, messages=question, tools=tools
) as stream:
    pieces = "".join(event.partial_json for event in stream if event.type == "input_json")
    streamed = stream.get_final_message()
assert pieces == '{"city":"Oslo"}{"city":"Rome"}', pieces
assert [call.input for call in streamed.content[-2:]] == [call.input for call in calls], streamed
assert streamed.stop_reason == "tool_use", streamed
answered = question + [
    {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in streamed.content]},
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": call.id, "content": "rain"} for call in streamed.content[-2:]
        ],
    },
]
assert ask(calling, tools=tools, messages=answered).content, "no answer to a result"

models = list(client(answering).models.list())
assert [model.id for model in models][-1] == "cascade" and models[0].type == "model", models
assert "nobody" in refused(anthropic.NotFoundError, answering, model="nobody's").body["error"]["message"]
assert refused(anthropic.BadRequestError, answering, max_tokens=-1).body["error"]["type"] == "invalid_request_error"
assert refused(anthropic.RateLimitError, limited).response.headers["retry-after"]
# Three tries of the client's own are allowed, and the gateway says that they would help nobody.
assert refused(anthropic.InternalServerError, failing, max_retries=3).status_code == 502
refused(anthropic.APITimeoutError, silent, timeout=0.3)
try:
    for event in ask(cut, stream=True):
        assert event.type != "message_stop", event
    raise AssertionError("a cut stream passes for a whole one")
except anthropic.APIStatusError as error:
    assert error.body["error"]["type"] == "api_error", error.body
with ask(stalling, stream=True) as stream:
    next(iter(stream))
