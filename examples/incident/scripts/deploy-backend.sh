#!/bin/bash
# Runs on the server
cd /var/www/shop-api

git pull origin main
npm install
npm run build
tar -czf dist.tar.gz dist/

pm2 restart shop-api
sleep 5
curl -s http://localhost:3000/health && echo "ok" || echo "warning: health check failed"
pm2 status
