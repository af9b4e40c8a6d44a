"""OpenAI's and Anthropic's own packages, by nothing but the base URL and before whatever the gateway has been given.

The gateway's address, and the text that its provider answers with, after which it calls the tool weather.
"""

import sys

import anthropic
import openai

address, text = sys.argv[1:]
question = {"model": "cascade", "messages": [{"role": "user", "content": "why?"}]}
schema = {"type": "object", "properties": {"city": {"type": "string"}}}

client = openai.OpenAI(base_url=address + "/v1", api_key="none", max_retries=0)
tools = [{"type": "function", "function": {"name": "weather", "parameters": schema}}]
message = client.chat.completions.create(**question, tools=tools).choices[0].message
assert message.content == text and message.tool_calls[0].function.arguments == '{"city":"Oslo"}', message
with client.chat.completions.stream(**question, tools=tools) as stream:
    message = stream.get_final_completion().choices[0].message
assert message.content == text and message.tool_calls[0].function.arguments == '{"city":"Oslo"}', message
response = client.responses.create(model="cascade", input="why?")
assert response.output_text == text, response
assert "llama3.1:8b-instruct" in [model.id for model in client.models.list()]

client = anthropic.Anthropic(base_url=address, api_key="none", max_retries=0)
tools = [{"name": "weather", "input_schema": schema}]
message = client.messages.create(**question, max_tokens=100, tools=tools)
assert message.content[0].text == text and message.content[1].input == {"city": "Oslo"}, message
with client.messages.stream(**question, max_tokens=100, tools=tools) as stream:
    assert "".join(stream.text_stream) == text
    assert stream.get_final_message().content[1].input == {"city": "Oslo"}
