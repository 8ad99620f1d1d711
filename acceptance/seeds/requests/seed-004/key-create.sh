curl -X POST https://kairosroute.com/api/auth \
-H "Content-Type: application/json" \
-H "Authorization: Bearer kr_live_..." \
-d '{
"name": "Production Key",
"expires_in": 7776000
}'
