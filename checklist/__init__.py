"""onai-check: a pre-deployment checklist and policy linter for Node.js services under PM2."""

__version__ = "0.1.0"
