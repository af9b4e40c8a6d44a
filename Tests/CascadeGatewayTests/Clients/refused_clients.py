"""Which exceptions the gateway's errors are to OpenAI's and Anthropic's own clients.

A gateway that asks for keys, its key for the model p0-model and two requests a minute, a gateway that ends requests after
a while, one before a provider that finds every request too long, and one that nobody listens at.
"""

import sys

import anthropic
import openai

keyed, key, late, long, nobody = sys.argv[1:]


def openai_ask(address, key="none", model="p0-model", text="why?"):
    client = openai.OpenAI(base_url=address + "/v1", api_key=key, max_retries=0)
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])


def anthropic_ask(address, key="none", model="p0-model", text="why?"):
    client = anthropic.Anthropic(base_url=address, api_key=key, max_retries=0)
    return client.messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": text}])


def refused(package, ask, kind, *arguments, **options):
    try:
        ask(*arguments, **options)
    except package.APIError as error:
        assert type(error) is getattr(package, kind), (type(error), kind, error)
        return error
    raise AssertionError(f"no {kind}")


for package, ask in [(openai, openai_ask), (anthropic, anthropic_ask)]:
    is_openai = package is openai
    error = refused(package, ask, "AuthenticationError", keyed)
    assert error.request_id, error
    refused(package, ask, "PermissionDeniedError", keyed, key, model="cascade")
    assert ask(keyed, key), "the key is good"
    assert refused(package, ask, "BadRequestError", long).status_code == 400
    error = refused(package, ask, "InternalServerError" if is_openai else "DeadlineExceededError", late)
    assert error.status_code == 504 and error.response.headers["x-cascade-provider"] == "p0", error
    error = refused(package, ask, "APIStatusError" if is_openai else "RequestTooLargeError", long, text="x" * 5000)
    assert error.status_code == 413, error
    refused(package, ask, "APIConnectionError", nobody)

error = refused(openai, openai_ask, "RateLimitError", keyed, key)
assert error.code == "rate_limit_exceeded" and int(error.response.headers["retry-after"]) > 0, error
error = refused(anthropic, anthropic_ask, "RateLimitError", keyed, key)
assert error.body["error"]["type"] == "rate_limit_error", error.body
