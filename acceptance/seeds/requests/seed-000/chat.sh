curl -X POST https://vibeapi.vip/v1/chat/completions \
-H "Authorization: Bearer your-api-key-here" \
-H "Content-Type: application/json" \
-d '{
"model": "claude-sonnet-4.5",
"messages": [
{"role": "user", "content": "Hello!"}
],
"max_tokens": 100
}'
