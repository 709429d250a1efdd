# One image for every role. Two stages: the first has pip and npm, the second only what runs. Every locked package comes
# built.
FROM python:3.12-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install --yes --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY studio studio
# The SoundFont and the font for titles; they lie where a home of the user below has them.
RUN HOME=/home/bot /venv/bin/python -m studio.assets

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 bot && install --directory --owner=bot --group=bot --mode=700 /data
COPY --from=build /venv /venv
COPY --from=build --chown=bot /home/bot/.local /home/bot/.local
WORKDIR /app
COPY core core
COPY media media
COPY studio studio
COPY bots bots
# Compiled now: where it runs, nothing but /data and /tmp need be writable.
RUN /venv/bin/python -m compileall -q core media studio bots
USER bot
ENV DATA_DIR=/data HEALTH_PORT=8081 PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
VOLUME /data
# For `run`, `gateway` and `worker`; a studio has its own port, and docker-compose.yml asks there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ['HEALTH_PORT'], timeout=4)"]
CMD ["python", "-m", "bots", "run"]
