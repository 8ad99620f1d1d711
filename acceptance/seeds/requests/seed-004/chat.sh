curl https://kairosroute.com/v1/chat/completions \
-H "Content-Type: application/json" \
-H "Authorization: Bearer kr_live_..." \
-d '{
"model": "kr-auto",
"messages": [
{
"role": "system",
"content": "You are a helpful assistant."
},
{
"role": "user",
"content": "Explain quantum computing in simple terms."
}
],
"temperature": 0.7,
"max_tokens": 500
}'
