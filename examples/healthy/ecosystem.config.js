module.exports = {
  apps: [
    {
      name: 'shop-api',
      // the link, not a release: a rollback flips it and restarts
      cwd: '/srv/shop-api/current',
      script: 'src/server.ts',
      interpreter: 'node',
      interpreter_args: '--import tsx',
      exec_mode: 'fork',
      // three crashes within 30 s of the start, and PM2 stops: no loop hides the fault
      max_restarts: 3,
      min_uptime: '30s',
      max_memory_restart: '500M',
      env: {
        NODE_ENV: 'production',
        PORT: 3000,
      },
    },
  ],
};
