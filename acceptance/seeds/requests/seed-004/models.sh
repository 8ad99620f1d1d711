curl https://kairosroute.com/v1/models \
-H "Authorization: Bearer kr_live_..."
