"""Embeddings as OpenAI's own package asks for them, from the gateway at the address given."""

import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="x", max_retries=0)
vectors = client.embeddings.create(model="p0-model", input=["a", "b"], dimensions=4)
assert [item.index for item in vectors.data] == [0, 1] and vectors.usage.prompt_tokens == 9, vectors
plain = client.embeddings.create(
    model="p0-model", input=["a", "b"], dimensions=4, encoding_format="float"
)
assert [item.embedding for item in vectors.data] == [item.embedding for item in plain.data], (vectors, plain)
assert len(plain.data[0].embedding) == 4 and plain.data[0].embedding != plain.data[1].embedding, plain
