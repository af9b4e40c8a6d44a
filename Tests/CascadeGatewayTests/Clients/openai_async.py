"""What OpenAI's own asynchronous client makes of the gateway.

Base URLs of gateways as for openai_client.py.
"""

import asyncio
import sys

import openai

answering, calling, limited, failing, silent, cut, stalling = sys.argv[1:]
question = {"model": "cascade", "messages": [{"role": "user", "content": "why?"}]}
tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


def chat(address, **options):
    client = openai.AsyncOpenAI(base_url=address + "/v1", api_key="none", **{"max_retries": 0, **options})
    return client.chat.completions


async def refused(kind, awaited):
    try:
        await awaited
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


async def text_of(stream):
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


async def main():
    client = chat(answering)
    answers = await asyncio.gather(*(client.create(**question) for _ in range(8)))
    text = answers[0].choices[0].message.content
    assert text.startswith("Light from") and all(one.choices[0].message.content == text for one in answers), answers
    streams = await asyncio.gather(*(client.create(**question, stream=True) for _ in range(8)))
    assert set(await asyncio.gather(*map(text_of, streams))) == {text}
    async with client.stream(**question, stream_options={"include_usage": True}) as stream:
        assert "".join([event.delta async for event in stream if event.type == "content.delta"]) == text
        final = await stream.get_final_completion()
    assert final.usage.completion_tokens == 8 and final.choices[0].finish_reason == "stop", final

    calls = (await chat(calling).create(**question, tools=tools)).choices[0].message.tool_calls
    assert [call.function.arguments for call in calls] == ['{"city":"Oslo"}', '{"city":"Rome"}'], calls
    async with chat(calling).stream(**question, tools=tools) as stream:
        kind = "tool_calls.function.arguments.delta"
        pieces = [(event.index, event.arguments_delta) async for event in stream if event.type == kind]
        streamed = (await stream.get_final_completion()).choices[0].message.tool_calls
    assert [call.function.arguments for call in streamed] == [call.function.arguments for call in calls], streamed
    assert "".join(piece for index, piece in pieces if index == 1) == calls[1].function.arguments, pieces

    assert (await refused(openai.RateLimitError, chat(limited).create(**question))).response.headers["retry-after"]
    # Three tries of the client's own are allowed, and the gateway says that they would help nobody.
    await refused(openai.InternalServerError, chat(failing, max_retries=3).create(**question))
    error = await refused(openai.APIError, text_of(await chat(cut).create(**question, stream=True)))
    assert error.code == "stream_cut", error
    await refused(openai.APITimeoutError, chat(silent, timeout=0.3).create(**question))
    # A task that is cancelled, and a stream that is left.
    await refused(asyncio.TimeoutError, asyncio.wait_for(chat(silent).create(**question), 0.3))
    async with await chat(stalling).create(**question, stream=True) as stream:
        await anext(aiter(stream))


asyncio.run(main())
