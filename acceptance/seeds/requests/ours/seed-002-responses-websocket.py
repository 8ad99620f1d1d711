from openai import OpenAI
client = OpenAI(
    base_url="http://localhost:8080/v1",
    api_key="sk-your-master-key-here",
)
with client.responses.connect() as connection:
    previous = None
    for words in ["Hello!", "Say hello again!"]:
        connection.response.create(
            model="claude-sonnet-4-20250514",
            input=words,
            **({} if previous is None else {"previous_response_id": previous}),
        )
        for event in connection:
            if event.type == "response.output_text.delta":
                print(event.delta, end="")
            elif event.type == "response.completed":
                assert event.response.previous_response_id == previous
                previous = event.response.id
                break
            elif event.type in ("error", "response.failed", "response.incomplete"):
                raise SystemExit(event.to_json())
        print()
