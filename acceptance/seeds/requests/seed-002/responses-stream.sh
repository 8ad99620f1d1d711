curl -X POST http://localhost:8080/v1/responses \
-H "Authorization: Bearer sk-your-master-key-here" \
-H "Content-Type: application/json" \
-d '{
"model": "claude-sonnet-4-20250514",
"input": "Hello!",
"stream": true
}'
