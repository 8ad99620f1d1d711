from openai import OpenAI
client = OpenAI(
    base_url="http://localhost:8080/v1",
    api_key="sk-your-master-key-here",
)
for event in client.responses.create(
    model="claude-sonnet-4-20250514",
    input="Hello!",
    stream=True,
):
    if event.type == "response.output_text.delta":
        print(event.delta, end="")
