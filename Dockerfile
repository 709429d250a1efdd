# One image for every role. The first stage has pip, npm and the sources, the second only what runs. Nothing is compiled:
# every locked package comes as a wheel.
FROM python:3.12-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install --yes --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
COPY requirements requirements
RUN python -m venv /venv && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
RUN python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY language language
COPY media media
COPY studio studio
COPY bots bots
RUN python -m hatchling build --target wheel --directory dist && \
    /venv/bin/python -m pip install --no-cache-dir --no-deps --no-index dist/*.whl
# The SoundFont and the font for titles; they lie where a home of the user below has them.
RUN HOME=/home/bot /venv/bin/music-bot assets

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 bot && install --directory --owner=bot --group=bot --mode=700 /data
COPY --from=build /venv /venv
COPY --from=build --chown=bot /home/bot/.local /home/bot/.local
USER bot
WORKDIR /app
ENV DATA_DIR=/data HEALTH_PORT=8081 PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
VOLUME /data
# For `run`, `gateway` and `worker`; a studio has its own port, and docker-compose.yml asks there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ['HEALTH_PORT'], timeout=4)"]
CMD ["music-bot", "run"]
