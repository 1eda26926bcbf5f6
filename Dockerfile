# The platform: one process, TypeScript run by Node as it is. The database is elsewhere (DATABASE_URL).
# NODE_IMAGE may be any Linux with Node 24, npm and CA certificates.
ARG NODE_IMAGE=node:24.9.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /pilothouse
ENV CI=true
# the packages first: they change less often than the sources
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npx -y pnpm@12 fetch
COPY . .
RUN npx -y pnpm@12 install --offline --frozen-lockfile --filter '@pilothouse/api...' --filter '@pilothouse/web...' \
  && node apps/api/src/db/generate.ts \
  && NODE_ENV=production node apps/web/node_modules/vite/bin/vite.js build apps/web
# `pnpm deploy` would put the workspace's own packages under node_modules, where Node does not run TypeScript
RUN rm -rf node_modules apps/*/node_modules packages/*/node_modules tools/*/node_modules \
  && npx -y pnpm@12 install --offline --frozen-lockfile --prod --filter '@pilothouse/api...'

FROM ${NODE_IMAGE}
WORKDIR /pilothouse
COPY --from=build /pilothouse/package.json ./
COPY --from=build /pilothouse/node_modules node_modules
COPY --from=build /pilothouse/prisma prisma
COPY --from=build /pilothouse/packages packages
COPY --from=build /pilothouse/tools/control-plane tools/control-plane
COPY --from=build /pilothouse/apps/api apps/api
COPY --from=build /pilothouse/apps/web/dist apps/web/dist
ENV NODE_ENV=production \
  PILOTHOUSE_HOST=0.0.0.0 \
  PILOTHOUSE_KUBECONFIGS=/kubeconfigs
USER 1000:1000
EXPOSE 8800
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8800/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# the flags of tools/start/node-flags.mjs
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=50", "apps/api/src/main.ts"]
