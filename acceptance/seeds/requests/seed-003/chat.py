import openai
client = openai.OpenAI(
api_key="YOUR_API_KEY",
base_url="https://api.apibridge.cc/v1",
)
response = client.chat.completions.create(
model="gpt-4o",
messages=[{"role": "user", "content": "Hello!"}],
)
print(response.choices[0].message.content)
