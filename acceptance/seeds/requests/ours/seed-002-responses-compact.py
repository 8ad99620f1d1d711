from openai import OpenAI
client = OpenAI(
    base_url="http://localhost:8080/v1",
    api_key="sk-your-master-key-here",
)
compacted = client.responses.compact(
    model="claude-sonnet-4-20250514",
    input="My name is Alice.",
)
assert compacted.object == "response.compaction"
assert compacted.usage.total_tokens == compacted.usage.input_tokens + compacted.usage.output_tokens
assert any(item.type == "compaction" for item in compacted.output)
response = client.responses.create(
    model="claude-sonnet-4-20250514",
    input=[*compacted.output, {"role": "user", "content": "Hello!"}],
)
print(response.output_text)
