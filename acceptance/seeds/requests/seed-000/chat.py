from openai import OpenAI
client = OpenAI(
api_key="your-api-key-here",
base_url="https://vibeapi.vip/v1"
)
response = client.chat.completions.create(
model="claude-sonnet-4.5",
messages=[
{"role": "user", "content": "Hello!"}
]
)
print(response.choices[0].message.content)
