curl https://vibeapi.vip/v1/models \
-H "Authorization: Bearer your-api-key-here" \
-H "Content-Type: application/json"
