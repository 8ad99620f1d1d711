from openai import OpenAI
client = OpenAI(
base_url="http://localhost:8080/v1",
api_key="sk-your-master-key-here",
)
response = client.responses.create(
model="claude-sonnet-4-20250514",
input="Hello!",
)
print(response.output_text)
