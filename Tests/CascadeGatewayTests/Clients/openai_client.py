"""What OpenAI's own client makes of the gateway.

Base URLs of gateways before providers: one that answers, one that calls a tool, one limited, one failing, one silent, one
that breaks off, one that stalls.
"""

import sys

import openai

answering, calling, limited, failing, silent, cut, stalling = sys.argv[1:]
question = [{"role": "user", "content": "why?"}]


def client(address, **options):
    return openai.OpenAI(base_url=address + "/v1", api_key="none", **{"max_retries": 0, **options})


def ask(address, **options):
    given = {key: options.pop(key) for key in ("timeout", "max_retries") if key in options}
    return client(address, **given).chat.completions.create(
        **{"model": "cascade", "messages": question, **options}
    )


def refused(kind, address, **options):
    try:
        ask(address, **options)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


whole = ask(answering)
assert whole.choices[0].message.content.startswith("Light from"), whole
assert whole.choices[0].finish_reason == "stop" and whole.usage.completion_tokens == 8, whole
chunks = list(ask(answering, stream=True, stream_options={"include_usage": True}))
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
assert text == whole.choices[0].message.content, text
assert chunks[-1].usage.completion_tokens == 8, chunks[-1]
raw = client(answering).chat.completions.with_raw_response.create(model="cascade", messages=question)
assert raw.headers["x-cascade-provider"] == "p0" and raw.request_id, raw.headers
tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
calls = ask(calling, tools=tools).choices[0].message.tool_calls
assert [call.function.name for call in calls] == ["weather", "weather"], calls
assert [call.function.arguments for call in calls] == ['{"city":"Oslo"}', '{"city":"Rome"}'], calls
with client(calling).chat.completions.stream(model="cascade", messages=question, tools=tools) as stream:
    kind = "tool_calls.function.arguments.delta"
    pieces = [(event.index, event.arguments_delta) for event in stream if event.type == kind]
    streamed = stream.get_final_completion().choices[0]
arguments = [call.function.arguments for call in streamed.message.tool_calls]
assert arguments == [call.function.arguments for call in calls], streamed
assert "".join(piece for index, piece in pieces if index == 1) == arguments[1], pieces
assert streamed.finish_reason == "tool_calls", streamed
answered = question + [
    {"role": "assistant", "tool_calls": [call.model_dump(exclude_none=True) for call in calls]},
    *({"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in calls),
]
assert ask(calling, tools=tools, messages=answered).choices, "no answer to a result"
assert "cascade" in [model.id for model in client(answering).models.list()]
assert refused(openai.NotFoundError, answering, model="nobody's").code == "model_not_found"
assert refused(openai.BadRequestError, answering, temperature=9).param == "temperature"
assert refused(openai.RateLimitError, limited).response.headers["retry-after"]
# Three tries of the client's own are allowed, and the gateway says that they would help nobody.
assert refused(openai.InternalServerError, failing, max_retries=3).status_code == 502
refused(openai.APITimeoutError, silent, timeout=0.3)
try:
    text = "".join(chunk.choices[0].delta.content or "" for chunk in ask(cut, stream=True))
    raise AssertionError(f"a cut stream passes for a whole one: {text}")
except openai.APIError as error:
    assert error.code == "stream_cut", error
with ask(stalling, stream=True) as stream:
    next(iter(stream))


def respond(address, **options):
    return client(address).responses.create(**{"model": "cascade", "input": "why?", **options})


response = respond(answering, instructions="be brief")
assert response.output_text == whole.choices[0].message.content, response
assert response.status == "completed" and response.usage.output_tokens == 8, response
again = respond(answering, input=[*question, *response.output, {"role": "user", "content": "go on"}])
assert again.output_text == response.output_text, again
events = list(respond(answering, stream=True))
assert events[0].type == "response.created" and events[-1].type == "response.completed", events
deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
assert deltas == response.output_text == events[-1].response.output_text, deltas
with client(answering).responses.stream(model="cascade", input="why?") as stream:
    assert stream.get_final_response().output_text == response.output_text
try:
    respond(answering, previous_response_id=response.id)
    raise AssertionError("an earlier response is not there")
except openai.BadRequestError as error:
    assert error.param == "previous_response_id", error
