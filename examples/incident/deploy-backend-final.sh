#!/bin/bash
# Builds here, ships dist/, restarts there
set -e

SERVER="deploy@shop.example.com"
APP_DIR="/var/www/shop-api"

echo "==> Building"
npm run build

echo "==> Packing"
tar -czf dist.tar.gz dist/

echo "==> Shipping"
scp dist.tar.gz "$SERVER:$APP_DIR/"

echo "==> Restarting"
ssh "$SERVER" << 'REMOTE'
cd /var/www/shop-api
git pull origin main
npm install
tar -xzf dist.tar.gz
pm2 restart shop-api || pm2 start dist/server.js --name shop-api
pm2 status
REMOTE

echo "==> Deployed"
