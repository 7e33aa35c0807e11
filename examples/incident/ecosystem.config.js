module.exports = {
  apps: [
    {
      name: 'shop-api',
      script: 'tsx',
      args: 'src/server.ts',
      instances: 1,
      exec_mode: 'fork',
      max_restarts: 15,
      min_uptime: '5s',
      exp_backoff_restart_delay: 100,
      max_memory_restart: '500M',
      env: {
        NODE_ENV: 'production',
        PORT: 3000,
      },
    },
  ],
};
