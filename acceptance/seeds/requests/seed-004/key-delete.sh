curl -X DELETE https://kairosroute.com/api/auth/key_123abc \
-H "Authorization: Bearer kr_live_..."
