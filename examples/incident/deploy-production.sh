#!/bin/bash
set -e

echo "Deploying to production"
npm run build
tar -czf dist.tar.gz dist/
scp dist.tar.gz ecosystem.config.js deploy@shop.example.com:/var/www/shop-api/

ssh deploy@shop.example.com "cd /var/www/shop-api && tar -xzf dist.tar.gz && npm install && pm2 restart shop-api"
ssh deploy@shop.example.com "pm2 status"
