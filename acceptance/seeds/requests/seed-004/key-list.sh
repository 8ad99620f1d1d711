curl https://kairosroute.com/api/auth \
-H "Authorization: Bearer kr_live_..."
