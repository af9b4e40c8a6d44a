"""Answers that follow a schema, and pictures, as OpenAI's and Anthropic's own packages send and read them.

Base URLs of gateways before providers whose answer is {"city":"Oslo"}.
"""

import sys

import anthropic
import openai
import pydantic


class Place(pydantic.BaseModel):
    city: str


pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + pixel}}
block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": pixel}}


def asking(part):
    return {"model": "cascade", "messages": [{"role": "user", "content": [{"type": "text", "text": "where?"}, part]}]}


for address in sys.argv[1:]:
    client = openai.OpenAI(base_url=address + "/v1", api_key="none", max_retries=0)
    answer = client.chat.completions.parse(**asking(image), response_format=Place)
    assert answer.choices[0].message.parsed == Place(city="Oslo"), answer
    with client.chat.completions.stream(**asking(image), response_format=Place) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == Place(city="Oslo")
    content = [{"type": "input_text", "text": "where?"}, {"type": "input_image", "image_url": image["image_url"]["url"]}]
    response = client.responses.parse(model="cascade", input=[{"role": "user", "content": content}], text_format=Place)
    assert response.output_parsed == Place(city="Oslo"), response

    client = anthropic.Anthropic(base_url=address, api_key="none", max_retries=0)
    message = client.messages.parse(**asking(block), max_tokens=9, output_format=Place)
    assert message.parsed_output == Place(city="Oslo"), message
    with client.messages.stream(**asking(block), max_tokens=9, output_format=Place) as stream:
        assert stream.get_final_message().parsed_output == Place(city="Oslo")
