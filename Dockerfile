# syntax=docker/dockerfile:1
# Three stages: what is needed to install stays behind. The final image runs as a user without rights.
FROM node:22-bookworm-slim AS pages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md ./
COPY knowledge ./knowledge
COPY indexes ./indexes
COPY bot ./bot
COPY --from=pages /src/node_modules/echarts/dist/echarts.min.js ./bot/web/static/vendor/echarts.min.js
RUN /opt/venv/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 bot && install -d -o bot -g bot /var/lib/jiayoufang
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BOT_DATA_DIR=/var/lib/jiayoufang \
    BOT_HOST=0.0.0.0 \
    BOT_LOG_JSON=true
USER 10001
WORKDIR /var/lib/jiayoufang
VOLUME ["/var/lib/jiayoufang"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s CMD ["python", "-m", "bot", "health"]
CMD ["python", "-m", "bot", "serve"]
