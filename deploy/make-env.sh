#!/usr/bin/env bash
# Writes deploy/.env with fresh secrets, for docker-compose.yml. Never overwrites one.
#   deploy/make-env.sh https://flows.example.com
set -euo pipefail
cd "$(dirname "$0")"
url=${1:?usage: deploy/make-env.sh <address that the world reaches>}
[ ! -e .env ] || { echo 'deploy/.env exists: its keys open your data, so it is left as it is' >&2; exit 1; }

secret=$(openssl rand -hex 32)
# The token of the workers is made by the image itself: see docs/deployment.md.
token=$(docker run --rm "${PIECEWORK_IMAGE:-piecework:latest}" node apps/server/src/cli/workers.ts token --secret "$secret")
umask 077
cat > .env <<EOF
AP_FRONTEND_URL=$url
AP_ENCRYPTION_KEY=$(openssl rand -hex 16)
AP_JWT_SECRET=$secret
AP_WORKER_TOKEN=$token
AP_POSTGRES_PASSWORD=$(openssl rand -hex 32)
AP_METRICS_TOKEN=$(openssl rand -hex 16)
EOF
echo 'deploy/.env is written. Keep a copy: without AP_ENCRYPTION_KEY stored connections cannot be read.'
