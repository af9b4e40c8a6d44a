"""What Anthropic's own asynchronous client makes of the gateway.

Base URLs of gateways as for anthropic_client.py.
"""

import asyncio
import sys

import anthropic

answering, calling, limited, failing, silent, cut, stalling = sys.argv[1:]
question = {"model": "cascade", "max_tokens": 100, "messages": [{"role": "user", "content": "why?"}]}
tools = [{"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]


def messages(address, **options):
    return anthropic.AsyncAnthropic(base_url=address, api_key="none", **{"max_retries": 0, **options}).messages


async def refused(kind, awaited):
    try:
        await awaited
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


async def types_of(stream):
    return [event.type async for event in stream]


async def main():
    client = messages(answering)
    answers = await asyncio.gather(*(client.create(**question) for _ in range(8)))
    text = answers[0].content[0].text
    assert text.startswith("Light from") and all(one.content[0].text == text for one in answers), answers
    types = await types_of(await client.create(**question, stream=True))
    assert types[0] == "message_start" and types[-1] == "message_stop", types
    async with client.stream(**question) as stream:
        assert "".join([piece async for piece in stream.text_stream]) == text
        final = await stream.get_final_message()
    assert final.usage.output_tokens == 8 and final.stop_reason == "end_turn", final

    calls = (await messages(calling).create(**question, tools=tools)).content[-2:]
    assert [call.input for call in calls] == [{"city": "Oslo"}, {"city": "Rome"}], calls
    async with messages(calling).stream(**question, tools=tools) as stream:
        pieces = [event.partial_json async for event in stream if event.type == "input_json"]
        streamed = (await stream.get_final_message()).content[-2:]
    assert [call.input for call in streamed] == [call.input for call in calls], streamed
    assert "".join(pieces) == '{"city":"Oslo"}{"city":"Rome"}', pieces

    error = await refused(anthropic.RateLimitError, messages(limited).create(**question))
    assert error.response.headers["retry-after"], error
    # Three tries of the client's own are allowed, and the gateway says that they would help nobody.
    await refused(anthropic.InternalServerError, messages(failing, max_retries=3).create(**question))
    error = await refused(anthropic.APIStatusError, types_of(await messages(cut).create(**question, stream=True)))
    assert error.body["error"]["type"] == "api_error", error.body
    await refused(anthropic.APITimeoutError, messages(silent, timeout=0.3).create(**question))
    # A task that is cancelled, and a stream that is left.
    await refused(asyncio.TimeoutError, asyncio.wait_for(messages(silent).create(**question), 0.3))
    async with await messages(stalling).create(**question, stream=True) as stream:
        await anext(aiter(stream))


asyncio.run(main())
