# One image for the worker (unless told otherwise), the enqueuer, the console and the simulator.
# Each is one file that has been built; only what they read beside it comes along.
#
#   docker build -t libby-dialer --build-arg VERSION=… --build-arg REVISION=$(git rev-parse HEAD) .
#   docker run --init libby-dialer                       the worker
#   docker run --init libby-dialer enqueuer status       the enqueuer
#   docker run --init libby-dialer console               the console
#   docker run --init libby-dialer simulator --help      the simulator

FROM node:24-bookworm-slim AS dependencies
# The pnpm that the checkout uses. Its binary is linked as it is, because its launcher needs an
# install script and none runs here.
WORKDIR /opt/pnpm
COPY tools/toolchain/pnpm ./
RUN npm ci && ln -s /opt/pnpm/node_modules/@pnpm/exe.*/pnpm /usr/local/bin/pnpm
# Only what decides about dependencies, so that a change in the source does not fetch them again.
WORKDIR /src
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/console/package.json apps/console/
COPY apps/enqueuer/package.json apps/enqueuer/
COPY apps/worker/package.json apps/worker/
COPY packages/call-list/package.json packages/call-list/
COPY packages/call-record/package.json packages/call-record/
COPY packages/daemon/package.json packages/daemon/
COPY packages/dial-queue/package.json packages/dial-queue/
COPY packages/dialing/package.json packages/dialing/
COPY packages/http-api/package.json packages/http-api/
COPY packages/libby-client/package.json packages/libby-client/
COPY packages/libby-simulator/package.json packages/libby-simulator/
COPY packages/operations/package.json packages/operations/
COPY packages/runtime/package.json packages/runtime/
# Without the filter pnpm installs for every package that the lockfile knows, those that are not
# here included.
RUN pnpm install --prod --frozen-lockfile --trust-lockfile --filter libby-dialer \
      --filter @libby-dialer/worker... --filter @libby-dialer/enqueuer... \
      --filter @libby-dialer/console... --filter @libby-dialer/libby-simulator...

FROM dependencies AS page
COPY apps/console/page/package.json apps/console/page/
COPY packages/api-client/package.json packages/api-client/
RUN pnpm install --frozen-lockfile --trust-lockfile --filter @libby-dialer/console-page...
COPY apps/console/page apps/console/page
COPY packages/api-client packages/api-client
COPY packages/dialing packages/dialing
COPY packages/http-api packages/http-api
RUN cd apps/console/page && node_modules/.bin/vite build --logLevel warn

FROM dependencies AS programs
COPY apps ./apps
COPY packages ./packages
COPY tools ./tools
COPY --from=page /src/apps/console/page/dist ./apps/console/page/dist
# Readable for every user, also from a checkout that is not (umask 077).
RUN node tools/bundle.mjs dist && node tools/image/assemble.ts /app \
    && chmod -R a+rX /app && chmod a+x /app/dist/*.js /app/tools/image/healthy.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=programs /app ./
# Each program by its name. It is Node itself that runs, with neither a shell nor a package manager
# in between: SIGTERM must reach it, or a stop leaves calls in doubt.
RUN cd /usr/local/bin \
    && ln -s /app/dist/worker.js worker \
    && ln -s /app/dist/enqueuer.js enqueuer \
    && ln -s /app/dist/console.js console \
    && ln -s /app/dist/simulator.js simulator \
    && ln -s /app/tools/image/healthy.mjs healthy
# The user `node`; by number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 1000:1000
# A container's loopback is its own: neither probes nor Prometheus would reach the worker there.
ENV WORKER_HTTP_HOST=0.0.0.0 WORKER_HTTP_PORT=9464
EXPOSE 9464
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s \
  CMD exec healthy "$WORKER_HTTP_PORT/healthz"
CMD ["worker"]
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="libby-dialer" \
      org.opencontainers.image.description="A batch dialer for Libby: worker, enqueuer, console and simulator" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
