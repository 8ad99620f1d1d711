curl https://vibeapi.vip/health
