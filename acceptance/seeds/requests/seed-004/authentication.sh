curl https://kairosroute.com/v1/chat/completions \
-H "Authorization: Bearer kr_live_xxxxx..."
