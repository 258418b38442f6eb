# syntax=docker/dockerfile:1
# The front end is built with Node, the portal runs without it.
FROM node:24-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend frontend
COPY static static
RUN node frontend/build.mjs

FROM python:3.11-slim AS portal
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OPENBLAS_NUM_THREADS=1 MALLOC_ARENA_MAX=2
WORKDIR /portal
COPY requirements/base.lock requirements/base.lock
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: \
      -r requirements/base.lock \
 && useradd --system --uid 10001 --home-dir /data --create-home portal
COPY . .
COPY --from=front-end /build/static/dist static/dist
USER portal
ENV BSM_HOME=/data BSM_HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "bsm.wsgi:application", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", \
     "--timeout", "60", "--graceful-timeout", "5", "--bind", "0.0.0.0:8000"]
